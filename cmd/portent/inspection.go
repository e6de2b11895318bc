package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
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

func (i *inspection) json(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(i)
}

func (i *inspection) table(w io.Writer) error {
	text := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	i.head(text)
	fmt.Fprintln(text, "\nOPERATOR\tOPSET\tNODES\tSUPPORTED")
	for _, o := range i.Operators {
		name := o.Operator
		if o.Domain != "ai.onnx" {
			name = o.Domain + "." + name
		}
		fmt.Fprintf(text, "%s\t%d\t%d\t%s\n", name, o.Opset, o.Nodes, yesNo(o.Supported))
	}
	if len(i.Plan) > 0 {
		fmt.Fprintln(text, "\nSTEP\tKERNEL\tOUTPUT\tMULTIPLY-ADDS\tNODES")
	}
	for number, s := range i.Plan {
		fmt.Fprintf(text, "%d\t%s\t%v\t%s\t%s\n", number, s.Kernel, domain.Shape(s.Output), humanize.Comma(s.MultiplyAdds), strings.Join(append([]string{s.Node}, s.Fused...), " + "))
	}
	i.verdict(text)
	return text.Flush()
}

// head writes what the model is.
func (i *inspection) head(w io.Writer) {
	fmt.Fprintf(w, "model\t%s, sha256 %.12s\n", i.Model, i.SHA256)
	var sets []string
	for _, o := range i.Opsets {
		sets = append(sets, fmt.Sprintf("%s %d", o.Domain, o.Version))
	}
	fmt.Fprintf(w, "file\t%s, ONNX IR %d, opset %s%s\n", humanize.Bytes(uint64(i.FileBytes)), i.Format, strings.Join(sets, ", "), producer(i.Producer))
	for _, s := range i.Inputs {
		fmt.Fprintf(w, "input\t%s %s %v\n", s.Name, s.Datatype, domain.Shape(s.Shape))
	}
	for _, s := range i.Outputs {
		fmt.Fprintf(w, "output\t%s %s %v\n", s.Name, s.Datatype, domain.Shape(s.Shape))
	}
	fmt.Fprintf(w, "size\t%s parameters in %s, %s nodes\n", humanize.Comma(i.Parameters), humanize.Bytes(uint64(i.ParameterBytes)), humanize.Comma(int64(i.Nodes)))
	if i.Memory > 0 {
		fmt.Fprintf(w, "one row\t%s multiply-adds, %s of memory beside the parameters\n", humanize.Comma(i.MultiplyAdds), humanize.Bytes(uint64(i.Memory)))
	}
}

func producer(name string) string {
	if name == "" {
		return ""
	}
	return ", written by " + name
}

// verdict writes whether the model can be run, and if not, why.
func (i *inspection) verdict(w io.Writer) {
	switch {
	case i.NodeByNode:
		fmt.Fprintln(w, "\nIt can be run, but node by node and so slowly: what is to be computed depends on the inputs' elements.")
	case i.Runs:
		fmt.Fprintln(w, "\nIt can be run.")
	default:
		fmt.Fprintf(w, "\nIt cannot be run, for %s:\n", english.Plural(len(i.Refusals), "reason", ""))
		for _, f := range i.Refusals {
			if f.Node == "" {
				fmt.Fprintf(w, "  %s\n", f.Reason)
				continue
			}
			fmt.Fprintf(w, "  node %q (%s): %s\n", f.Node, f.Operator, f.Reason)
		}
	}
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "NO"
}
