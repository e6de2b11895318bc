package benchresult

import (
	"math"
	"strings"
	"testing"

	"github.com/portent-go/portent/domain"
)

// run returns a document of one target with a cell for each list of throughputs. Latencies are
// their inverse.
func run(cells ...[]float64) *Document {
	d := &Document{Schema: Schema, Targets: []Target{{Name: "a"}}}
	for i, values := range cells {
		c := Cell{Concurrency: i + 1, Batch: 1, Requests: 1000, Failures: []Failure{}}
		for _, v := range values {
			l := 1 / v
			c.Rounds = append(c.Rounds, Round{Requests: 100, Seconds: 1, Throughput: v, Complete: true, Latency: Latency{P50: l, P90: l, P99: l, Max: l, Mean: l}})
		}
		d.Cells = append(d.Cells, c)
	}
	return d
}

func side(name string, d *Document) Side { return Side{Name: name, Document: d} }

func compared(t *testing.T, before, after *Document, least float64) *Comparison {
	t.Helper()
	c, err := Compare(side("old", before), side("new", after), 0.05, least)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
		t.Errorf("%s is %v, expected %v", what, got, want)
	}
}

// Of 10 and 10 rounds that do not overlap, 2 of 184,756 orders are as extreme. Holm's method
// multiplies by the number of tests: 4 at first, and no later P is below an earlier one.
func TestDifferenceIsTestedExactly(t *testing.T) {
	before, after := run(ramp(100, 10)), run(ramp(200, 10))
	c := compared(t, before, after, 0.02)
	if len(c.Differences) != 4 {
		t.Fatalf("%d differences", len(c.Differences))
	}
	for _, d := range c.Differences {
		near(t, d.Metric+"'s P", d.P, 4*2/184756.0)
		if d.Verdict != Better {
			t.Errorf("%s: %s", d.Metric, d.Verdict)
		}
	}
	near(t, "the change", c.Differences[0].Change, 204.5/104.5-1)
	if c.Worse() || !compared(t, after, before, 0.02).Worse() {
		t.Error("what is better or worse is taken for the other")
	}
}

// ramp returns n values from the first on, a step of 1 apart.
func ramp(first float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = first + float64(i)
	}
	return values
}

// Values of Mann and Whitney's U test, from its table: of 5 and 5, U = 2 has P = 2 * 4/252
// (two-sided), and U = 0 has 2/252.
func TestUTestAgreesWithItsTable(t *testing.T) {
	for _, test := range []struct {
		a, b []float64
		p    float64
	}{
		{[]float64{1, 2, 3, 4, 5}, []float64{6, 7, 8, 9, 10}, 2 / 252.0},
		{[]float64{1, 2, 3, 4, 7}, []float64{5, 6, 8, 9, 10}, 2 * 4 / 252.0},
		{[]float64{1, 3, 5, 7, 9}, []float64{2, 4, 6, 8, 10}, 2 * 87 / 252.0},
	} {
		d := difference(throughput, run(test.a).Cells[0], run(test.b).Cells[0])
		near(t, "P", d.P, test.p)
	}
}

// The smallest P of the test is that of samples that do not overlap.
func TestLeastP(t *testing.T) {
	for n := 1; n <= 8; n++ {
		for m := 1; m <= 8; m++ {
			apart := difference(throughput, run(ramp(1, n)).Cells[0], run(ramp(100, m)).Cells[0])
			near(t, "the least P", leastP(n, m), apart.P)
		}
	}
}

func TestVerdicts(t *testing.T) {
	noisy := []float64{100, 140, 90, 160, 120, 80, 150, 110, 130, 95}
	for _, test := range []struct {
		name          string
		before, after []float64
		want          Verdict
	}{
		{"the same", noisy, noisy, Same},
		{"within the noise", noisy, []float64{105, 145, 85, 155, 125, 88, 149, 112, 133, 99}, Same},
		{"worse", ramp(200, 10), ramp(150, 10), Worse},
		{"better", ramp(200, 10), ramp(250, 10), Better},
		{"real, but slight", ramp(2000, 10), ramp(2012, 10), Slight},
		{"three rounds can show nothing", ramp(200, 3), ramp(400, 3), TooFew},
		{"nothing on one side", ramp(200, 10), nil, Missing},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := compared(t, run(test.before), run(test.after), 0.02)
			if got := c.Differences[0].Verdict; got != test.want {
				t.Errorf("%s, expected %s: %+v", got, test.want, c.Differences[0])
			}
		})
	}
}

// With many cells, the chance that any is called different by noise stays what it was: among 20
// cells a P of 0.0325 for one is none.
func TestManyCellsAreAdjustedFor(t *testing.T) {
	before, after := make([][]float64, 20), make([][]float64, 20)
	for i := range before {
		before[i], after[i] = ramp(100, 10), ramp(100, 10)
	}
	after[7] = ramp(105, 10) // P = 0.0115 alone
	c := compared(t, run(before...), run(after...), 0.02)
	for _, d := range c.Differences {
		if d.Verdict != Same {
			t.Errorf("%+v", d)
		}
	}
	alone := compared(t, run(before[7]), run(after[7]), 0.02)
	if alone.Differences[0].Verdict != Better {
		t.Errorf("alone: %+v", alone.Differences[0])
	}
}

func TestRoundsThatDoNotCount(t *testing.T) {
	d := run(ramp(100, 10))
	d.Cells[0].Rounds[3].Complete = false
	d.Cells[0].Rounds[4].Requests = 0
	differences := compared(t, d, d, 0).Differences
	if rates, latencies := differences[0].Old.Rounds, differences[1].Old.Rounds; rates != 9 || latencies != 8 {
		t.Errorf("%d and %d rounds count, expected 9 rates and 8 latencies", rates, latencies)
	}
}

func TestNotesTellWhatElseDiffers(t *testing.T) {
	before, after := run(ramp(100, 10)), run(ramp(100, 10))
	after.Machine.Processor, after.Interrupted = "another", true
	after.Cells[0].Failures = []Failure{{"overloaded", "the queue is full", 7}}
	text := strings.Join(compared(t, before, after, 0).Notes, "\n")
	for _, want := range []string{"another", "interrupted", "7 of 1007 requests failed"} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing is said of %q:\n%s", want, text)
		}
	}
}

func TestSidesThatCannotBeCompared(t *testing.T) {
	open := run(ramp(100, 10))
	open.Settings.Rate = 50
	other := run(ramp(100, 10))
	other.Cells[0].Batch = 8
	for _, after := range []*Document{open, other} {
		if _, err := Compare(side("old", run(ramp(100, 10))), side("new", after), 0.05, 0); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%v", err)
		}
	}
}

func TestNoiseAndMedian(t *testing.T) {
	values := []float64{10, 11, 9, 12, 8, 10.5, 9.5, 11.5, 8.5, 10}
	near(t, "the median", median(values), 10)
	share, known := noise(values)
	if near(t, "the noise", share, 0.15); !known { // the 2nd and the 9th of 10, at 97.9 %
		t.Error("10 rounds are too few")
	}
	if _, known := noise(values[:4]); known {
		t.Error("four rounds tell the noise at 95 %")
	}
	if median(nil) != 0 {
		t.Error("nothing has a median")
	}
}
