package conformance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pinned is the release of ONNX whose cases the report and the exceptions are
// about; make cases fetches it.
const pinned = "1.23.2"

func TestBuiltin(t *testing.T) {
	cases, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	excused := ownExceptions(t, true)
	ran := 0
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ran++
			tell(t, c.run(), excused, c.name)
		})
	}
	if ran == len(cases) {
		excused.checkStale(t)
	}
}

// ownExceptions are those of the cases of onnx-go, or of all others.
func ownExceptions(t *testing.T, builtin bool) exceptions {
	list, err := readExceptions("exceptions.txt")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(list, func(e *exception) bool { return strings.HasPrefix(e.pattern, builtinPrefix) != builtin })
}

func (list exceptions) checkStale(t *testing.T) {
	for _, pattern := range list.stale() {
		t.Errorf("exceptions.txt: no case is called %s", pattern)
	}
}

// allCases reads the cases and tells their folder, or says aloud that there is none.
func allCases(t *testing.T) (cases []testCase, folder string) {
	t.Helper()
	folder = os.Getenv("ONNX_CASES")
	if folder == "" {
		t.Skip("SKIPPED: ONNX_CASES names no folder of cases; make conformance fills one")
	}
	cases, err := readFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	return cases, folder
}

func TestCases(t *testing.T) {
	cases, folder := allCases(t)
	excused := ownExceptions(t, false)
	whole := true
	results := make([]result, 0, len(cases))
	for _, c := range cases {
		ran := t.Run(c.name, func(t *testing.T) {
			r := result{c.name, c.about, c.run()}
			results = append(results, r)
			tell(t, r.outcome, excused, c.name)
		})
		whole = whole && ran
	}
	version, err := os.ReadFile(filepath.Join(folder, "version"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(version)) != pinned || len(results) != len(cases) {
		t.Logf("exceptions and report are of all cases of ONNX %s, these are %d of %s", pinned, len(results), version)
		return
	}
	excused.checkStale(t)
	if whole {
		checkReport(t, results)
	}
}

// tell fails a test for what must not be, and skips it for what is refused.
func tell(t *testing.T, o outcome, excused exceptions, name string) {
	if err := excused.judge(name, o); err != nil {
		t.Error(err)
	} else if o.verdict != passed {
		t.Skip(o.verdict, o.reason)
	}
}

// checkReport compares the report in docs with what came out, or writes it if
// UPDATE_REPORT is set.
func checkReport(t *testing.T, results []result) {
	const file = "../../docs/operators.md"
	report := write(results, pinned)
	if os.Getenv("UPDATE_REPORT") != "" {
		if err := os.WriteFile(file, []byte(report), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(file)
	if err != nil || string(have) != report {
		t.Errorf("docs/operators.md is not what these cases give (%v); UPDATE_REPORT=1 writes it anew", err)
	}
}

func TestJudgesHonestly(t *testing.T) {
	list := exceptions{{pattern: "slow_*", reason: "for good reasons"}}
	for _, c := range []struct {
		name    string
		verdict verdict
		fine    bool
	}{
		{"add", passed, true}, {"add", refused, true},
		{"add", late, false}, {"add", failed, false}, {"add", wrong, false}, {"add", crashed, false}, {"add", hung, false},
		{"slow_add", passed, false}, {"slow_add", late, true}, {"slow_add", failed, true},
		{"slow_add", wrong, false}, {"slow_add", crashed, false}, {"slow_add", hung, false},
	} {
		if err := list.judge(c.name, outcome{c.verdict, "so"}); (err == nil) != c.fine {
			t.Errorf("%s %s: %v", c.name, c.verdict, err)
		}
	}
	if stale := (exceptions{{pattern: "gone"}}).stale(); len(stale) != 1 {
		t.Errorf("stale: %v", stale)
	}
}
