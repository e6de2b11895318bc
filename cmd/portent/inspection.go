package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/model"
)

// inspection is what `portent inspect` shows, as JSON has it.
type inspection struct {
	Model          string        `json:"model"`
	SHA256         string        `json:"sha256"`
	FileBytes      int           `json:"file_bytes"`
	Format         int64         `json:"ir_version"`
	Producer       string        `json:"producer"`
	Opsets         []opset       `json:"opsets"`
	Inputs         []inspected   `json:"inputs"`
	Outputs        []inspected   `json:"outputs"`
	Nodes          int           `json:"nodes"`
	Parameters     int64         `json:"parameters"`
	ParameterBytes int64         `json:"parameter_bytes"`
	MultiplyAdds   int64         `json:"multiply_adds,omitempty"` // of one row
	Memory         int           `json:"memory_bytes,omitempty"`  // of one row, beside the parameters
	Runs           bool          `json:"runs"`
	NodeByNode     bool          `json:"node_by_node"` // there is no plan
	Operators      []operatorUse `json:"operators"`
	Refusals       []refusal     `json:"refusals"`
	Plan           []planStep    `json:"plan,omitempty"`
}

type opset struct {
	Domain  string `json:"domain"`
	Version int    `json:"version"`
}

type inspected struct {
	Name     string `json:"name"`
	Datatype string `json:"datatype"`
	Shape    []int  `json:"shape"`
}

type operatorUse struct {
	Domain    string `json:"domain"`
	Operator  string `json:"operator"`
	Opset     int    `json:"opset"`
	Nodes     int    `json:"nodes"`
	Supported bool   `json:"supported"`
}

type refusal struct {
	Node     string `json:"node"`
	Operator string `json:"operator"`
	Reason   string `json:"reason"`
}

type planStep struct {
	Node         string   `json:"node"`
	Fused        []string `json:"fused,omitempty"`
	Kernel       string   `json:"kernel"`
	Output       []int    `json:"output"`
	MultiplyAdds int64    `json:"multiply_adds"`
}

func newInspection(folder *model.Folder, r *onnxgo.Report, plan bool) *inspection {
	i := &inspection{
		Model: folder.Source, SHA256: folder.Card.SHA256, FileBytes: len(folder.ONNX), Format: r.Format, Producer: r.Producer,
		Inputs: specsOf(r.Signature.Inputs), Outputs: specsOf(r.Signature.Outputs),
		Nodes: r.Nodes, Parameters: r.Parameters, ParameterBytes: r.ParameterBytes,
		Runs: len(r.Refusals) == 0, NodeByNode: len(r.Refusals) == 0 && r.Plan == nil,
		Operators: []operatorUse{}, Refusals: []refusal{},
	}
	for _, o := range r.Opsets {
		i.Opsets = append(i.Opsets, opset{setName(o.Domain), o.Version})
	}
	for _, o := range r.Operators {
		i.Operators = append(i.Operators, operatorUse{setName(o.Domain), o.Operator, o.Opset, o.Nodes, o.Supported})
	}
	for _, f := range r.Refusals {
		i.Refusals = append(i.Refusals, refusal(f))
	}
	if r.Plan == nil {
		return i
	}
	i.MultiplyAdds, i.Memory = r.Plan.MultiplyAdds, r.Plan.Memory
	for _, s := range r.Plan.Steps {
		if plan {
			i.Plan = append(i.Plan, planStep{s.Node, s.Fused, s.Kernel, s.Output, s.MultiplyAdds})
		}
	}
	return i
}

// setName is the name of an operator set as ONNX's documents have it.
func setName(domain string) string {
	if domain == "" {
		return "ai.onnx"
	}
	return domain
}

func specsOf(specs []domain.TensorSpec) []inspected {
	list := make([]inspected, len(specs))
	for i, s := range specs {
		list[i] = inspected{s.Name, s.Datatype.String(), s.Shape}
	}
	return list
}

func writeJSON(w io.Writer, document any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

// table writes the inspection for people.
func (i *inspection) table(s *term.Screen) error {
	var text bytes.Buffer
	i.head(&text, s)
	operators := term.NewTable("lrrl", s.Titles("OPERATOR", "OPSET", "NODES", "SUPPORTED")...)
	for _, o := range i.Operators {
		name := o.Operator
		if o.Domain != "ai.onnx" {
			name = o.Domain + "." + name
		}
		operators.Row(name, strconv.Itoa(o.Opset), strconv.Itoa(o.Nodes), yesNo(s, o.Supported))
	}
	fmt.Fprintln(&text)
	_, _ = operators.WriteTo(&text)
	if len(i.Plan) > 0 {
		steps := term.NewTable("rllrl", s.Titles("STEP", "KERNEL", "OUTPUT", "MULTIPLY-ADDS", "NODES")...)
		for number, p := range i.Plan {
			steps.Row(strconv.Itoa(number), p.Kernel, domain.Shape(p.Output).String(), humanize.Comma(p.MultiplyAdds), strings.Join(append([]string{p.Node}, p.Fused...), " + "))
		}
		fmt.Fprintln(&text)
		_, _ = steps.WriteTo(&text)
	}
	i.verdict(&text, s)
	_, err := text.WriteTo(s)
	return err
}

// head writes what the model is.
func (i *inspection) head(w io.Writer, s *term.Screen) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%s%s\n", s.Paint(term.Strong, term.Pad(name, len("one row")+2)), fmt.Sprintf(format, args...))
	}
	line("model", "%s, sha256 %.12s", i.Model, i.SHA256)
	var sets []string
	for _, o := range i.Opsets {
		sets = append(sets, fmt.Sprintf("%s %d", o.Domain, o.Version))
	}
	line("file", "%s, ONNX IR %d, opset %s%s", humanize.Bytes(uint64(i.FileBytes)), i.Format, strings.Join(sets, ", "), producer(i.Producer))
	for _, spec := range i.Inputs {
		line("input", "%s %s %v", spec.Name, spec.Datatype, domain.Shape(spec.Shape))
	}
	for _, spec := range i.Outputs {
		line("output", "%s %s %v", spec.Name, spec.Datatype, domain.Shape(spec.Shape))
	}
	line("size", "%s parameters in %s, %s nodes", humanize.Comma(i.Parameters), humanize.Bytes(uint64(i.ParameterBytes)), humanize.Comma(int64(i.Nodes)))
	if i.Memory > 0 {
		line("one row", "%s multiply-adds, %s of memory beside the parameters", humanize.Comma(i.MultiplyAdds), humanize.Bytes(uint64(i.Memory)))
	}
}

func producer(name string) string {
	if name == "" {
		return ""
	}
	return ", written by " + name
}

// verdict writes whether the model can be run, and if not, why.
func (i *inspection) verdict(w io.Writer, s *term.Screen) {
	switch {
	case i.NodeByNode:
		fmt.Fprintf(w, "\n%s, but node by node and so slowly: what is to be computed depends on the inputs' elements.\n", s.Paint(term.Notice, "It can be run"))
	case i.Runs:
		fmt.Fprintf(w, "\n%s.\n", s.Paint(term.Good, "It can be run"))
	default:
		fmt.Fprintf(w, "\n%s, for %s:\n", s.Paint(term.Bad, "It cannot be run"), english.Plural(len(i.Refusals), "reason", ""))
		for _, f := range i.Refusals {
			if f.Node == "" {
				fmt.Fprintf(w, "  %s\n", f.Reason)
				continue
			}
			fmt.Fprintf(w, "  node %q (%s): %s\n", f.Node, f.Operator, f.Reason)
		}
	}
}

func yesNo(s *term.Screen, yes bool) string {
	if yes {
		return "yes"
	}
	return s.Paint(term.Bad, "NO")
}
