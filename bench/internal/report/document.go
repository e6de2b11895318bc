package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/portent-go/portent/bench/internal/engine"
	"github.com/portent-go/portent/bench/internal/service"
)

// Document is everything that one run has measured.
type Document struct {
	Date      time.Time         `json:"date"`
	Machine   Machine           `json:"machine"`
	Arguments []string          `json:"arguments"`
	Skipped   []engine.Skipped  `json:"skipped,omitempty"`
	Engine    []engine.Result   `json:"engine,omitempty"`
	Service   []*service.Result `json:"http,omitempty"`
}

// WithoutEngine is the server that is Portent around an engine that does nothing.
const WithoutEngine = "portent without engine"

// legend explains the table.
const legend = `Engines: p50, min and p99 are of one sample on one thread; per s counts samples in batches of 8 with all cores busy, in the better of two ways
(remark); ref is ONNX Runtime; max diff is the largest difference of any output to its; MiB is resident after the single samples; start is the time from
the start of the process to the first answer.
HTTP: a closed loop of requests; ref is FastAPI + TorchScript with JSON and as many connections; per s counts requests; max diff is that of the
probabilities; MiB is resident in all processes under load; start is the time from the start of the process to the first answer.
Ratios are medians over rounds in which everybody had a turn.`

func (d Document) table() Table {
	var table Table
	for _, r := range d.Engine {
		table = append(table, Engine(r))
	}
	for _, r := range slices.SortedStableFunc(slices.Values(d.Service), func(a, b *service.Result) int { return a.Connections - b.Connections }) {
		table = append(table, Service(r))
	}
	return table
}

// notes are the lines below the table.
func (d Document) notes() []string {
	notes := []string{"Machine: " + d.Machine.String() + ". Date: " + d.Date.Format(time.RFC3339) + "."}
	for _, version := range d.versions() {
		notes = append(notes, "Peer "+version+".")
	}
	if share, ok := d.engineShare(); ok {
		notes = append(notes, fmt.Sprintf("The prediction is %.0f %% of a binary request to Portent (1 connection, p50, against the server without engine).", 100*share))
	}
	for _, s := range d.Skipped {
		notes = append(notes, fmt.Sprintf("SKIPPED: %s: %s.", s.Name, s.Reason))
	}
	return notes
}

// versions returns the peers with their versions.
func (d Document) versions() (versions []string) {
	for _, r := range d.Engine {
		if line := r.Peer + ": " + r.Version; r.Version != "" && !slices.Contains(versions, line) {
			versions = append(versions, line)
		}
	}
	return versions
}

// engineShare returns which part of a binary request's time is the prediction.
func (d Document) engineShare() (share float64, ok bool) {
	with := d.find(func(server string) bool { return engine.Peer{Name: server}.IsPortent() })
	without := d.find(func(server string) bool { return server == WithoutEngine })
	if with == nil || without == nil || with.P50 == 0 {
		return 0, false
	}
	return 1 - without.P50/with.P50, true
}

// find returns the result of the first server of a name for the binary body on
// one connection, nil if there is none.
func (d Document) find(named func(string) bool) *service.Result {
	for _, r := range d.Service {
		if named(r.Server) && r.Body == "binary" && r.Connections == 1 && r.Failure == "" {
			return r
		}
	}
	return nil
}

// Text returns the document for a terminal.
func (d Document) Text() string {
	return d.table().Text() + "\n" + legend + "\n" + strings.Join(d.notes(), "\n") + "\n"
}

// Markdown returns the document as a page that shows the chart.
func (d Document) Markdown() string {
	var page strings.Builder
	fmt.Fprintf(&page, "# Results\n\nWritten by `bench %s`.\n\n![chart](results.svg)\n\nTriangles lie beyond the axis.\n\n%s\n\n%s\n\n", strings.Join(d.Arguments, " "), d.table().Markdown(), legend)
	for _, note := range d.notes() {
		fmt.Fprintf(&page, "- %s\n", note)
	}
	return page.String()
}

// Write writes results.json, results.md and, if there is anything to draw,
// results.svg into a folder.
func (d Document) Write(folder string) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "results.json"), append(raw, '\n'), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "results.md"), []byte(d.Markdown()), 0o600); err != nil {
		return err
	}
	if panels := d.panels(); len(panels) > 0 {
		return Draw(filepath.Join(folder, "results.svg"), panels)
	}
	return nil
}
