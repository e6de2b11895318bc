package benchresult

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/portent-go/portent/domain"
)

// Schema is the version of a Document: the number changes when a field goes, or
// means something else. Fields may be added without.
const Schema = "portent.bench/1"

// Document is a run of `portent bench`.
type Document struct {
	Schema      string    `json:"schema"`
	Portent     string    `json:"portent"` // the version that measured
	Time        time.Time `json:"time"`
	Machine     Machine   `json:"machine"`
	Settings    Settings  `json:"settings"`
	Targets     []Target  `json:"targets"`
	Cells       []Cell    `json:"cells"`
	Interrupted bool      `json:"interrupted"` // it was stopped before its end
}

// Settings are how it was measured.
type Settings struct {
	Concurrency []int   `json:"concurrency"`
	Batch       []int   `json:"batch"`
	Rate        float64 `json:"rate_per_second"` // requests that were due in a second; 0: a closed loop
	Rounds      int     `json:"rounds"`
	Duration    float64 `json:"duration_seconds"` // of a cell, all its rounds together
	WarmUp      float64 `json:"warmup_seconds"`   // before its first round
	Seed        uint64  `json:"seed"`
}

// Target is what was measured.
type Target struct {
	Name      string   `json:"name"` // as it was given on the command line
	Server    bool     `json:"server"`
	Model     string   `json:"model"`
	Version   string   `json:"version,omitempty"`
	SHA256    string   `json:"sha256,omitempty"`
	Engine    string   `json:"engine"`
	Device    string   `json:"device"`
	Inputs    []string `json:"inputs"`  // as the signature has them
	Outputs   []string `json:"outputs"` // as the signature has them
	Sent      string   `json:"sent"`    // where the inputs that were sent are from
	Checked   string   `json:"checked"` // what answers were compared with
	Vectors   int      `json:"vectors"` // test vectors that were sent
	Threads   int      `json:"threads,omitempty"`
	Workers   int      `json:"workers,omitempty"`
	Tolerance float64  `json:"tolerance"`
}

// Cell is a target with so many requests at once of so many rows each.
type Cell struct {
	Target      int       `json:"target"` // its place in Targets
	Concurrency int       `json:"concurrency"`
	Batch       int       `json:"batch"`
	Requests    int       `json:"requests"` // that were answered, or due in an open loop
	Unsent      int       `json:"unsent"`   // of an open loop: due and not sent in time
	Throughput  float64   `json:"rows_per_second"`
	Latency     Latency   `json:"latency"` // of all requests
	Rounds      []Round   `json:"rounds"`
	Failures    []Failure `json:"failures"`
	Error       string    `json:"error,omitempty"` // why nothing was measured
}

// Latency is a distribution's, in seconds.
type Latency struct {
	P50  float64 `json:"p50_seconds"`
	P90  float64 `json:"p90_seconds"`
	P99  float64 `json:"p99_seconds"`
	Max  float64 `json:"max_seconds"`
	Mean float64 `json:"mean_seconds"`
}

// Round is one of a cell's.
type Round struct {
	Requests   int     `json:"requests"`
	Failed     int     `json:"failed"`
	Seconds    float64 `json:"seconds"`
	Throughput float64 `json:"rows_per_second"`
	Latency    Latency `json:"latency"`
	Complete   bool    `json:"complete"` // false if it was interrupted
}

// Failure is a reason why requests had no good answer.
type Failure struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Count   int    `json:"count"`
}

// Failed returns how many requests had no good answer.
func (c Cell) Failed() int {
	total := 0
	for _, f := range c.Failures {
		total += f.Count
	}
	return total
}

// Measured reports whether there is something to show.
func (c Cell) Measured() bool { return c.Error == "" && c.Requests > 0 }

// Reasons returns why there was no good answer.
func (c Cell) Reasons() []string {
	var reasons []string
	if c.Error != "" {
		reasons = append(reasons, c.Error)
	}
	for _, f := range c.Failures {
		reasons = append(reasons, f.Message)
	}
	return reasons
}

// Measured reports whether there is a cell to show.
func (d *Document) Measured() bool { return slices.ContainsFunc(d.Cells, Cell.Measured) }

// Write writes the document as JSON.
func (d *Document) Write(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(d)
}

// mostBytes bounds a document that is read.
const mostBytes = 64 << 20

// Read reads a document that `portent bench --output json` has written. What is none
// is an error of kind Invalid that names the file.
func Read(name string) (*Document, error) {
	fail := func(msg string, err error) (*Document, error) {
		return nil, &domain.Error{
			Kind: domain.Invalid, Field: name, Msg: msg, Err: err, Expected: "a document of schema " + Schema,
			Hint: "portent bench --output json > " + name + " writes one",
		}
	}
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, &domain.Error{Kind: domain.NotFound, Field: name, Msg: "no such file", Hint: "portent bench --output json > " + name + " writes one"}
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > mostBytes {
		return fail(fmt.Sprintf("is no file of at most %d bytes", mostBytes), nil)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var d Document
	switch err := json.Unmarshal(data, &d); {
	case err != nil:
		return fail("is not JSON as portent bench writes it", err)
	case d.Schema != Schema:
		return fail(fmt.Sprintf("has schema %q", d.Schema), nil)
	}
	for i, c := range d.Cells {
		if c.Target < 0 || c.Target >= len(d.Targets) {
			return fail(fmt.Sprintf("cell %d is of target %d, but there are %d", i, c.Target, len(d.Targets)), nil)
		}
	}
	return &d, nil
}
