package jsontensor

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// grammar is RFC 8259's number.
var grammar = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`)

func TestScanNumberKeepsToTheGrammar(t *testing.T) {
	cases := []string{
		"0", "-0", "1", "12", "1.5", "1.50", "1e5", "1E+5", "1e-5", "-1.25e-10", "123456789012345678901234567890", "0.1234567812345678",
		"", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "01", "-01", "00", "0x10", "1_000", "NaN", "Infinity", "1.5.5", "1e5e5", "١",
		"0.00000000", "0.000000000", "0.12345678x", "1.2345678,", "9.99999999999999999999999999e+1000000000000000000000000",
	}
	for _, text := range cases {
		want := len(grammar.FindString(text))
		if want == 0 {
			want = -1
		}
		// The scanner must not take less than the grammar's number, except that it
		// refuses at once what is broken behind the point or the e.
		_, got := scanNumber([]byte(text), 0)
		broken := strings.HasSuffix(text, ".") || strings.HasPrefix(text, "1.e") || text == "1e" || text == "1e+"
		if broken {
			want = -1
		}
		if got != want {
			t.Errorf("scanNumber(%q) ends at %d, want %d", text, got, want)
		}
	}
}

func checkFloat32(t *testing.T, text string) {
	t.Helper()
	n, end := scanNumber([]byte(text), 0)
	if end != len(text) {
		t.Fatalf("scanNumber(%q) ends at %d", text, end)
	}
	got, ok := n.float32([]byte(text))
	want, err := strconv.ParseFloat(text, 32)
	if ok != (err == nil) || (ok && math.Float32bits(got) != math.Float32bits(float32(want))) {
		t.Fatalf("%s: got %v, %t; strconv gives %v, %v", text, got, ok, want, err)
	}
}

func TestFloat32RoundsAsStrconvDoes(t *testing.T) {
	for _, text := range []string{
		"0", "-0", "0.0", "-0.0e5", "1", "-1", "0.1", "3.4028235e38", "3.4028234663852886e38", "3.4028235677973366e38", "3.4028235677973365e38",
		"3.4028236e38", "1e39", "-1e39", "1e38", "1.1754943508222875e-38", "1.1754942e-38", "1.4e-45", "7e-46", "7.1e-46", "1e-400", "1e400",
		"16777217", "16777219", "16777217.0000001", "33554434.999999999999999999999999", "0.000000000000000000000000000000000000000000001",
		"123456789012345678901234567890", "9999999999999999999", "999999999999.99999999", "123456789012.123456789", "99999999999.99999999", "100000000000.00000001", "18446744073709551616", "99999999999999999999999999999999999999",
		"0." + strings.Repeat("0", 500) + "1e500", strings.Repeat("9", 400) + "e-390", "1e99999999999999999999", "1e-99999999999999999999", "0e99999999999999999999",
	} {
		checkFloat32(t, text)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 400_000 {
		checkFloat32(t, randomNumber(r))
	}
}

// randomNumber returns numbers as programs write them, numbers next to the
// middle between two float32s, and plain noise.
func randomNumber(r *rand.Rand) string {
	f := math.Float32frombits(r.Uint32())
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		f = r.Float32()
	}
	switch r.IntN(6) {
	case 0:
		return strconv.FormatFloat(float64(f), 'e', -1, 64)
	case 1:
		return strconv.FormatFloat(float64(r.Float32()), 'f', -1, 64)
	case 2:
		return strconv.FormatFloat(r.Float64(), 'g', 1+r.IntN(25), 64)
	case 3: // the exact middle, in up to 150 digits, or a nudge beside it
		middle := (float64(f) + float64(math.Nextafter32(f, 0))) / 2
		text := new(big.Float).SetFloat64(middle).Text('e', r.IntN(60))
		return text
	case 4:
		return fmt.Sprintf("%de%d", r.Uint64(), r.IntN(70)-60)
	default:
		return fmt.Sprintf("%d.%0*d", r.Uint64()>>r.IntN(64), 1+r.IntN(22), r.Uint64())
	}
}

func TestFloat32DecidesTiesExactly(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		f := 1 + r.Float32()
		middle := (float64(f) + float64(math.Nextafter32(f, 2))) / 2
		exact := new(big.Float).SetFloat64(middle).Text('f', 60)
		for _, nudge := range []string{exact, exact + "1", strings.TrimRight(exact, "0")} {
			checkFloat32(t, nudge)
		}
		checkFloat32(t, new(big.Float).SetFloat64(math.Nextafter(middle, 0)).Text('f', 60))
		checkFloat32(t, new(big.Float).SetFloat64(math.Nextafter(middle, 9)).Text('f', 60))
	}
}
