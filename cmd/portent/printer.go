package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/domain"
)

// printer writes predictions as they come.
type printer interface {
	add(name string, p domain.Prediction) error
	close() error
}

// The formats of --output.
const (
	outputTable = "table"
	outputJSON  = "json"
	outputJSONL = "jsonl"
	outputCSV   = "csv"
)

var predictOutputs = []string{outputTable, outputJSON, outputJSONL, outputCSV}

func newPrinter(format string, screen *term.Screen, k int) (printer, error) {
	switch format {
	case outputTable:
		return newTablePrinter(screen, k), nil
	case outputJSON:
		return &jsonPrinter{w: screen, k: k}, nil
	case outputJSONL:
		return &linesPrinter{json.NewEncoder(screen), k}, nil
	case outputCSV:
		return &csvPrinter{csv.NewWriter(screen), k, false}, nil
	default:
		return nil, unknownOutput(format, predictOutputs)
	}
}

func unknownOutput(format string, outputs []string) error {
	last := len(outputs) - 1
	return &domain.Error{
		Kind: domain.Invalid, Field: "--output", Msg: format + " is not a format",
		Expected: strings.Join(outputs[:last], ", ") + " or " + outputs[last],
	}
}

// answer is a prediction for programs.
type answer struct {
	Input          string    `json:"input"`
	PredictedClass int       `json:"predicted_class"`
	Label          string    `json:"label"`
	Probability    float32   `json:"probability"`
	Probabilities  []float32 `json:"probabilities"`
	Top            []ranked  `json:"top"`
}

type ranked struct {
	Class       int     `json:"class"`
	Label       string  `json:"label"`
	Probability float32 `json:"probability"`
}

func newAnswer(name string, p domain.Prediction, k int) answer {
	a := answer{name, p.Class, p.Label, p.Probability, p.Probabilities, []ranked{}}
	for _, r := range p.Top(k) {
		a.Top = append(a.Top, ranked(r))
	}
	return a
}

// linesPrinter writes one JSON object a line.
type linesPrinter struct {
	encoder *json.Encoder
	k       int
}

func (l *linesPrinter) add(name string, p domain.Prediction) error {
	return l.encoder.Encode(newAnswer(name, p, l.k))
}

func (l *linesPrinter) close() error { return nil }

// jsonPrinter writes one JSON array, an element at a time. It is closed however
// the work ends, so that what was written is JSON.
type jsonPrinter struct {
	w       io.Writer
	k       int
	started bool
}

func (j *jsonPrinter) add(name string, p domain.Prediction) error {
	const indent = "  "
	text, err := json.MarshalIndent(newAnswer(name, p, j.k), indent, indent)
	if err != nil {
		return err
	}
	before := ",\n" + indent
	if !j.started {
		j.started, before = true, "[\n"+indent
	}
	_, err = fmt.Fprintf(j.w, "%s%s", before, text)
	return err
}

func (j *jsonPrinter) close() error {
	end := "\n]\n"
	if !j.started {
		end = "[]\n"
	}
	_, err := io.WriteString(j.w, end)
	return err
}

// csvPrinter writes one line for each of the top classes.
type csvPrinter struct {
	w       *csv.Writer
	k       int
	started bool
}

func (c *csvPrinter) add(name string, p domain.Prediction) error {
	c.start()
	for i, r := range p.Top(c.k) {
		probability := strconv.FormatFloat(float64(r.Probability), 'g', -1, 32)
		_ = c.w.Write([]string{name, strconv.Itoa(i + 1), strconv.Itoa(r.Class), r.Label, probability})
	}
	c.w.Flush()
	return c.w.Error()
}

// start writes the titles. The writer keeps its errors.
func (c *csvPrinter) start() {
	if !c.started {
		c.started = true
		_ = c.w.Write([]string{"input", "rank", "class", "label", "probability"})
	}
}

func (c *csvPrinter) close() error {
	c.start()
	c.w.Flush()
	return c.w.Error()
}
