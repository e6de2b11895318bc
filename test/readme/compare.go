package readme

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// How far numbers may be from what is shown: a thousandth, or so little that it is
// rounding.
const (
	relative = 1e-3
	absolute = 1e-4
)

// volatile is what differs from one machine or run to the next, and what stands in
// its place when it is compared.
var volatile = []struct{ pattern, instead string }{
	{`\b\d+(\.\d+)?(e[-+]?\d+)? ?(ns|us|µs|ms|s|min)\b`, "TIME"},
	{`\(\d+(\.\d+)? a second\)`, "(RATE)"},
	{`\b[A-Z2-7]{26}\b`, "REQUEST"},
	{`\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)?`, "DATE"},
	{`\((amd64|arm64)(, (avx512|avx2|generic))?\)`, "(PROCESSOR)"},
	{`\b\w+\[\d+(,\d+)*\]`, "ELEMENT"},
}

// digests of what is made anew are others each time.
var digests = regexp.MustCompile(`\b[0-9a-f]{12,64}\b`)

var compiled = func() []*regexp.Regexp {
	var list []*regexp.Regexp
	for _, v := range volatile {
		list = append(list, regexp.MustCompile(v.pattern))
	}
	return list
}()

// Compare returns how what was printed differs from what is shown, or nil. Words are
// compared and not the space between them; JSON is compared by what it says. A line
// of three dots stands for any lines.
func Compare(shown, printed string, digest bool) error {
	shown, printed = plain(shown, digest), plain(printed, digest)
	var a, b any
	if json.Unmarshal([]byte(shown), &a) == nil && json.Unmarshal([]byte(printed), &b) == nil {
		return compareValues("", a, b)
	}
	return compareWords(shown, printed)
}

// plain puts a word in the place of all that is volatile.
func plain(text string, digest bool) string {
	for i, pattern := range compiled {
		text = pattern.ReplaceAllString(text, volatile[i].instead)
	}
	if digest {
		return text
	}
	return digests.ReplaceAllStringFunc(text, func(word string) string {
		if strings.ContainsAny(word, "abcdef") && strings.ContainsAny(word, "0123456789") {
			return "DIGEST"
		}
		return word
	})
}

// compareWords compares the parts between lines of dots: the first must be where the
// text begins, the last where it ends, and the others in between, in order.
func compareWords(shown, printed string) error {
	parts := regexp.MustCompile(`(?m)^[ \t]*\.\.\.[ \t]*$`).Split(shown, -1)
	words := strings.Fields(printed)
	for i, part := range parts {
		want := strings.Fields(part)
		first, last := i == 0, i == len(parts)-1
		at, err := find(want, words, first, last)
		if err != nil {
			return err
		}
		words = words[at+len(want):]
	}
	return nil
}

// find returns where words stand in a text: at its begin, at its end or anywhere. If
// they do not, the error tells the first difference at the place that fits best.
func find(want, words []string, begins, ends bool) (int, error) {
	best, most := fmt.Errorf("nothing more is printed, %q is shown", strings.Join(want, " ")), -1
	for at := range len(words) + 1 {
		if begins && at > 0 {
			break
		}
		same := agree(want, words[at:])
		switch {
		case same == len(want) && (!ends || at+same == len(words)):
			return at, nil
		case same > most:
			best, most = difference(want, words[at:], same), same
		}
	}
	return 0, best
}

// agree returns how many words are the same from the start.
func agree(want, words []string) int {
	n := 0
	for n < len(want) && n < len(words) && sameWord(want[n], words[n]) {
		n++
	}
	return n
}

func difference(want, words []string, at int) error {
	some := func(words []string) string {
		if len(words) == at {
			return "the end"
		}
		return strconv.Quote(strings.Join(words[max(0, at-3):min(at+6, len(words))], " "))
	}
	return fmt.Errorf("shown is %s, printed is %s", some(want), some(words))
}

var number = regexp.MustCompile(`-?\d+(\.\d+)?(e[-+]?\d+)?`)

// sameWord compares the numbers in words as numbers, and what is around them as it
// is.
func sameWord(a, b string) bool {
	if a == b {
		return true
	}
	if number.ReplaceAllString(a, "#") != number.ReplaceAllString(b, "#") {
		return false
	}
	second := number.FindAllString(b, -1)
	for i, first := range number.FindAllString(a, -1) {
		x, errX := strconv.ParseFloat(first, 64)
		y, errY := strconv.ParseFloat(second[i], 64)
		if errX != nil || errY != nil || !near(x, y) {
			return false
		}
	}
	return true
}

func near(x, y float64) bool {
	return math.Abs(x-y) <= absolute+relative*max(math.Abs(x), math.Abs(y))
}

// compareValues compares what two JSON documents say.
func compareValues(path string, a, b any) error {
	same := false
	switch a := a.(type) {
	case map[string]any:
		if b, ok := b.(map[string]any); ok && slices.Equal(slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b))) {
			return compareObjects(path, a, b)
		}
	case []any:
		if b, ok := b.([]any); ok && len(a) == len(b) {
			return compareArrays(path, a, b)
		}
	case float64:
		b, ok := b.(float64)
		same = ok && near(a, b)
	case string:
		b, ok := b.(string)
		same = ok && compareWords(a, b) == nil
	default:
		same = a == b
	}
	if !same {
		return fmt.Errorf("at %s/ shown is %.200s, printed is %.200s", path, fmt.Sprint(a), fmt.Sprint(b))
	}
	return nil
}

func compareObjects(path string, a, b map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(a)) {
		if err := compareValues(path+"/"+key, a[key], b[key]); err != nil {
			return err
		}
	}
	return nil
}

func compareArrays(path string, a, b []any) error {
	for i := range a {
		if err := compareValues(fmt.Sprintf("%s/%d", path, i), a[i], b[i]); err != nil {
			return err
		}
	}
	return nil
}
