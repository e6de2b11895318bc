package web_test

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/internal/web"
)

// TestOperatorsAreToldOfEveryStatus: what each status and code means is in the
// operators' manual, in one row.
func TestOperatorsAreToldOfEveryStatus(t *testing.T) {
	manual, err := os.ReadFile("../../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(manual), "## What each status means")
	rows := slices.Collect(maps.Values(web.NewTable(422)))
	for _, row := range append(rows, web.Malformed, web.Forbidden, web.NotFound, web.Method, web.Slow, web.TooLarge, web.MediaType) {
		told := false
		for line := range strings.Lines(table) {
			cells := strings.Split(line, "|")
			told = told || len(cells) > 3 && strings.Contains(cells[1], strconv.Itoa(row.Status)) && strings.Contains(cells[3], "`"+row.Code+"`")
		}
		if !told {
			t.Errorf("%d %s", row.Status, row.Code)
		}
	}
}
