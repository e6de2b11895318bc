package main

import (
	"regexp"
	"strings"
	"testing"
)

// row returns the cells of the first row of operations.md's tables in which a text
// stands in a column, nil if there is none.
func row(text string, column int, want string) []string {
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if strings.HasPrefix(line, "|") && len(cells) > column && strings.Contains(cells[column], want) {
			return cells
		}
	}
	return nil
}

// TestOperatorsAreToldOfEveryAlert: what it means and what to do.
func TestOperatorsAreToldOfEveryAlert(t *testing.T) {
	manual := string(readFile(t, "../../docs/operations.md"))
	alerts := regexp.MustCompile(`alert: (\w+)`).FindAllSubmatch(readFile(t, "../../deploy/monitoring/alerts.yml"), -1)
	for _, alert := range alerts {
		if cells := row(manual, 0, "`"+string(alert[1])+"`"); len(cells) != 3 || strings.TrimSpace(cells[1]) == "" || strings.TrimSpace(cells[2]) == "" {
			t.Errorf("%s: %q", alert[1], cells)
		}
	}
	if len(alerts) < 10 {
		t.Errorf("%d alerts", len(alerts))
	}
}

// TestOperatorsAreToldOfEveryLimit compares the table of limits with the flags: each
// is there, with its default.
func TestOperatorsAreToldOfEveryLimit(t *testing.T) {
	manual := string(readFile(t, "../../docs/operations.md"))
	_, limits, found := strings.Cut(manual, "| limit of | flag | default |")
	if !found {
		t.Fatal("there is no table of limits")
	}
	inWords := map[string]string{"rate": "any number", "burst": "one second's", "queue": "64 a worker", "workers": "one a core"} // where 0 stands for it
	flags, told := newServe().Flags(), 0
	for _, name := range []string{
		"max-connections", "max-body", "max-batch", "max-pixels", "max-memory", "rate", "burst", "queue", "workers", "timeout", "grace",
	} {
		want, ok := inWords[name]
		if !ok {
			want = flags.Lookup(name).DefValue
		}
		if cells := row(limits, 1, "`--"+name+"`"); len(cells) != 5 || !strings.Contains(cells[2], want) {
			t.Errorf("--%s, by default %s: %q", name, want, cells)
		}
	}
	for _, flag := range regexp.MustCompile("`--([a-z-]+)` \\|").FindAllStringSubmatch(limits, -1) {
		if told++; flags.Lookup(flag[1]) == nil {
			t.Errorf("--%s is no flag", flag[1])
		}
	}
	if told < 10 {
		t.Errorf("%d flags", told)
	}
}
