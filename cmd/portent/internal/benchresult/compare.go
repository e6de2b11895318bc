package benchresult

import (
	"cmp"
	"fmt"
	"slices"

	"golang.org/x/perf/benchmath"

	"github.com/portent-go/portent/domain"
)

// Verdict says whether a figure of a cell differs.
type Verdict string

// The verdicts.
const (
	Same    Verdict = "no difference shown" // not more than noise makes
	Slight  Verdict = "real, but slight"    // smaller than what counts
	Better  Verdict = "better"
	Worse   Verdict = "worse"
	TooFew  Verdict = "too few rounds" // to show any difference
	Missing Verdict = "not measured"   // on one side
)

// Difference is that of one figure of one cell.
type Difference struct {
	Concurrency int     `json:"concurrency"`
	Batch       int     `json:"batch"`
	Metric      string  `json:"metric"`
	Old         Figure  `json:"old"`
	New         Figure  `json:"new"`
	Change      float64 `json:"change"` // new/old - 1; 0 where it is not known
	P           float64 `json:"p"`      // adjusted for the number of comparisons
	Verdict     Verdict `json:"verdict"`

	metric metric
}

// Figure is the median of rounds.
type Figure struct {
	Median float64  `json:"median"`
	Noise  *float64 `json:"noise"` // how far it may be off, as a share of it, at 95 % confidence; nil: too few rounds to tell
	Rounds int      `json:"rounds"`
}

// Comparison is two targets compared.
type Comparison struct {
	Schema      string       `json:"schema"`
	Old         string       `json:"old"`
	New         string       `json:"new"`
	Alpha       float64      `json:"alpha"` // the chance that any difference is called real that is noise
	Least       float64      `json:"least"` // the smallest difference that counts
	InTurn      bool         `json:"in_turn"`
	Notes       []string     `json:"notes"` // what else differs
	Differences []Difference `json:"differences"`
}

// Side is a target of a document.
type Side struct {
	Name     string
	Document *Document
	Target   int
}

// Compare compares the cells that two sides have in common. Every figure is compared
// by Mann and Whitney's U test of its rounds, which assumes no distribution, and P is
// adjusted by Holm's method: with many figures some would differ by chance. Sides
// that cannot be compared are an error of kind Invalid.
func Compare(before, after Side, alpha, least float64) (*Comparison, error) {
	if a, b := before.Document.Settings.Rate, after.Document.Settings.Rate; a != b {
		return nil, &domain.Error{
			Kind: domain.Invalid, Field: after.Name, Msg: fmt.Sprintf("was measured with %s, %s with %s", loop(b), before.Name, loop(a)),
			Expected: "the same on both sides", Hint: "measure one of them again with the other's --rate",
		}
	}
	c := &Comparison{
		Schema: "portent.bench.comparison/1", Old: before.Name, New: after.Name, Alpha: alpha, Least: least,
		InTurn: before.Document == after.Document, Notes: notes(before, after), Differences: []Difference{},
	}
	for _, old := range before.cells() {
		i := slices.IndexFunc(after.cells(), func(c Cell) bool { return c.Concurrency == old.Concurrency && c.Batch == old.Batch })
		if i < 0 {
			continue
		}
		for _, m := range metrics {
			c.Differences = append(c.Differences, difference(m, old, after.cells()[i]))
		}
	}
	if len(c.Differences) == 0 {
		return nil, &domain.Error{
			Kind: domain.Invalid, Field: after.Name, Msg: "has no cell in common with " + before.Name, Expected: "the same --concurrency and --batch at least once",
		}
	}
	c.adjust()
	c.judge()
	return c, nil
}

func loop(rate float64) string {
	if rate == 0 {
		return "a closed loop"
	}
	return fmt.Sprintf("%g requests due in a second", rate)
}

// cells returns a target's.
func (s Side) cells() []Cell {
	var cells []Cell
	for _, c := range s.Document.Cells {
		if c.Target == s.Target {
			cells = append(cells, c)
		}
	}
	return cells
}

// difference tests one figure. P is that of this test alone.
func difference(m metric, before, after Cell) Difference {
	a, b := before.values(m), after.values(m)
	d := Difference{
		Concurrency: before.Concurrency, Batch: before.Batch, Metric: m.name,
		Old: figure(a), New: figure(b), P: 1, metric: m,
	}
	if len(a) == 0 || len(b) == 0 {
		d.Verdict = Missing
		return d
	}
	if d.Old.Median > 0 {
		d.Change = d.New.Median/d.Old.Median - 1
	}
	sample := func(values []float64) *benchmath.Sample {
		return benchmath.NewSample(append([]float64{}, values...), &benchmath.DefaultThresholds)
	}
	d.P = benchmath.AssumeNothing.Compare(sample(a), sample(b)).P
	return d
}

func figure(values []float64) Figure {
	f := Figure{Median: median(values), Rounds: len(values)}
	if share, known := noise(values); known {
		f.Noise = &share
	}
	return f
}

// adjust makes P what it is among so many tests (Holm's step-down method).
func (c *Comparison) adjust() {
	var tested []*Difference
	for i := range c.Differences {
		if c.Differences[i].Verdict != Missing {
			tested = append(tested, &c.Differences[i])
		}
	}
	slices.SortStableFunc(tested, func(a, b *Difference) int { return cmp.Compare(a.P, b.P) })
	least := 0.0
	for i, d := range tested {
		least = max(least, min(1, d.P*float64(len(tested)-i)))
		d.P = least
	}
}

// judge says what each difference is.
func (c *Comparison) judge() {
	tests := 0
	for _, d := range c.Differences {
		if d.Verdict != Missing {
			tests++
		}
	}
	for i := range c.Differences {
		d := &c.Differences[i]
		switch {
		case d.Verdict == Missing:
		case leastP(d.Old.Rounds, d.New.Rounds)*float64(tests) > c.Alpha:
			d.Verdict = TooFew
		case d.P > c.Alpha, d.Change == 0:
			d.Verdict = Same
		case max(d.Change, -d.Change) < c.Least:
			d.Verdict = Slight
		case d.Change > 0 == d.metric.larger:
			d.Verdict = Better
		default:
			d.Verdict = Worse
		}
	}
}

// leastP returns the smallest P that the test can give for samples of two sizes:
// two of all the ways in which they can be ordered are as far apart as can be.
func leastP(n, m int) float64 {
	p := 2.0
	for i := 1; i <= n; i++ {
		p *= float64(i) / float64(m+i)
	}
	return min(1, p)
}

// Worse reports whether anything has become worse.
func (c *Comparison) Worse() bool {
	return slices.ContainsFunc(c.Differences, func(d Difference) bool { return d.Verdict == Worse })
}

// notes tells what else may make a difference between two runs.
func notes(before, after Side) []string {
	a, b := before.Document, after.Document
	x, y := a.Targets[before.Target], b.Targets[after.Target]
	found := []string{}
	note := func(what string, before, after any) {
		if fmt.Sprint(before) != fmt.Sprint(after) {
			found = append(found, fmt.Sprintf("%s: %v before, %v after", what, before, after))
		}
	}
	note("machine", a.Machine, b.Machine)
	note("inputs", x.Sent, y.Sent)
	note("inputs of the model", x.Inputs, y.Inputs)
	note("seconds a cell", a.Settings.Duration, b.Settings.Duration)
	note("rounds", a.Settings.Rounds, b.Settings.Rounds)
	note("workers", x.Workers, y.Workers)
	note("threads", x.Threads, y.Threads)
	for _, s := range []Side{before, after} {
		for _, cell := range s.cells() {
			if failed := cell.Failed(); failed > 0 {
				found = append(found, fmt.Sprintf("%s: %d of %d requests failed with concurrency %d, batch %d", s.Name, failed, failed+cell.Requests, cell.Concurrency, cell.Batch))
			}
		}
		if s.Document.Interrupted {
			found = append(found, s.Name+": was interrupted")
		}
	}
	return found
}
