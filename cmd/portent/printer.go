package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/portent-go/portent/domain"
)

// printer writes predictions as they come.
type printer interface {
	add(name string, p domain.Prediction) error
	close() error
}

func newPrinter(format string, w io.Writer, k int) (printer, error) {
	switch format {
	case "table":
		return &tablePrinter{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0), k, false}, nil
	case "json":
		return &jsonPrinter{w: w, k: k}, nil
	case "jsonl":
		return &linesPrinter{json.NewEncoder(w), k}, nil
	case "csv":
		return &csvPrinter{csv.NewWriter(w), k, false}, nil
	default:
		return nil, &domain.Error{Kind: domain.Invalid, Field: "--output", Msg: format + " is not a format", Expected: "table, json, jsonl or csv"}
	}
}

// tablePrinter is for people.
type tablePrinter struct {
	w       *tabwriter.Writer
	k       int
	started bool
}

func (t *tablePrinter) add(name string, p domain.Prediction) error {
	if !t.started {
		t.started = true
		fmt.Fprintln(t.w, "INPUT\tLABEL\tPROBABILITY\tTHEN")
	}
	var then []string
	for _, r := range p.Top(t.k)[min(1, max(t.k, 0)):] {
		then = append(then, fmt.Sprintf("%s %.1f %%", r.Label, 100*r.Probability))
	}
	_, err := fmt.Fprintf(t.w, "%s\t%s\t%.1f %%\t%s\n", name, p.Label, 100*p.Probability, strings.Join(then, ", "))
	return err
}

func (t *tablePrinter) close() error { return t.w.Flush() }

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

// jsonPrinter writes one JSON array.
type jsonPrinter struct {
	w       io.Writer
	k       int
	answers []answer
}

func (j *jsonPrinter) add(name string, p domain.Prediction) error {
	j.answers = append(j.answers, newAnswer(name, p, j.k))
	return nil
}

func (j *jsonPrinter) close() error {
	encoder := json.NewEncoder(j.w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(append([]answer{}, j.answers...))
}

// csvPrinter writes one line for each of the top classes.
type csvPrinter struct {
	w       *csv.Writer
	k       int
	started bool
}

func (c *csvPrinter) add(name string, p domain.Prediction) error {
	if !c.started {
		c.started = true
		if err := c.w.Write([]string{"input", "rank", "class", "label", "probability"}); err != nil {
			return err
		}
	}
	for i, r := range p.Top(c.k) {
		probability := strconv.FormatFloat(float64(r.Probability), 'g', -1, 32)
		if err := c.w.Write([]string{name, strconv.Itoa(i + 1), strconv.Itoa(r.Class), r.Label, probability}); err != nil {
			return err
		}
	}
	return nil
}

func (c *csvPrinter) close() error {
	c.w.Flush()
	return c.w.Error()
}
