package onnxgo

import (
	"cmp"
	"errors"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/graph"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

// Report is what a model is, and what the engine would do with it.
type Report struct {
	Format         int64 // version of ONNX's file format
	Producer       string
	Opsets         []domain.Opset
	Signature      domain.Signature // what the file claims, where the model cannot be run
	Nodes          int
	Parameters     int64 // elements of the constants
	ParameterBytes int64
	Operators      []OperatorUse
	Refusals       []Refusal // why the model cannot be run; empty if it can
	Plan           *Plan     // for one row; nil if the model cannot be run, or not by a plan
}

// OperatorUse is how a model uses an operator.
type OperatorUse struct {
	Domain    string // "" is ONNX's own operator set
	Operator  string
	Opset     int
	Nodes     int
	Supported bool // all of the nodes
}

// Refusal is a reason why a model cannot be run.
type Refusal struct {
	Node     string // its name, or its first output; empty if it is the file that is refused
	Operator string
	Reason   string
}

// Plan is how the engine runs a model for one row of its inputs; other dynamic
// axes have a length of 64, or of 16 or 8 where 64 is too long for the model.
type Plan struct {
	Memory       int   // bytes of values, beside the parameters
	MultiplyAdds int64 // multiplications, each with an addition, that the model's sums of products are defined by
	Steps        []PlanStep
}

// PlanStep is what is computed at once.
type PlanStep struct {
	Node         string   // as messages name it
	Fused        []string // further nodes computed with it
	Kernel       string   // what computes it
	Output       domain.Shape
	MultiplyAdds int64
}

// Inspect reports what a model is, also if it cannot be run: then Refusals says
// everything that is in the way. An error of kind Invalid means that the file is
// not a sound ONNX model.
func Inspect(model []byte, options Options) (report *Report, err error) {
	options = options.withDefaults()
	defer func() {
		if cause := recover(); cause != nil {
			report, err = nil, domain.Errorf(domain.Internal, "inspecting the model panicked: %v", cause)
		}
	}()
	file, err := onnxfile.ReadModel(model, onnxfile.Options{External: options.External, Lenient: true})
	if err != nil {
		return nil, err
	}
	report = describe(file)
	definition, err := define(file, options)
	if err != nil {
		return nil, err
	}
	report.Nodes = len(definition.Nodes)
	findings, err := graph.Examine(definition)
	if err != nil {
		return nil, err
	}
	for _, refused := range file.Unsupported {
		report.Refusals = append(report.Refusals, Refusal{Reason: refused.Error()})
	}
	report.note(definition.Nodes, findings)
	if len(report.Refusals) > 0 {
		return report, nil
	}
	return report, report.plan(file, options)
}

// reasonOf returns why a node cannot be run, without its name.
func reasonOf(f graph.Finding) string {
	var e *domain.Error
	if errors.As(f.Err, &e) && e.Field == f.Node.String() {
		e = &domain.Error{Kind: e.Kind, Msg: e.Msg, Err: e.Err}
		return e.Error()
	}
	return f.Err.Error()
}

// describe tells what the file says.
func describe(file *onnxfile.Model) *Report {
	r := &Report{
		Format: file.IRVersion, Producer: file.Producer, Opsets: file.Opsets,
		Signature: domain.Signature{Inputs: file.Graph.Inputs, Outputs: file.Graph.Outputs},
	}
	for _, tensor := range file.Graph.Initializers {
		r.Parameters += int64(tensor.Len())
		r.ParameterBytes += int64(tensor.Len() * tensor.Datatype().Size())
	}
	return r
}

// note counts the operators and lists what is in the way.
func (r *Report) note(nodes []operator.Node, findings []graph.Finding) {
	type use struct {
		domain, operator string
		opset            int
	}
	uses := map[use]*OperatorUse{}
	of := func(n operator.Node) *OperatorUse {
		key := use{n.Domain, n.OpType, n.Opset}
		if uses[key] == nil {
			uses[key] = &OperatorUse{n.Domain, n.OpType, n.Opset, 0, true}
		}
		return uses[key]
	}
	for _, n := range nodes {
		of(n).Nodes++
	}
	for _, f := range findings {
		of(f.Node).Supported = false
		r.Refusals = append(r.Refusals, Refusal{f.Node.Label(), f.Node.OpType, reasonOf(f)})
	}
	for _, u := range uses {
		r.Operators = append(r.Operators, *u)
	}
	slices.SortFunc(r.Operators, func(a, b OperatorUse) int {
		return cmp.Or(cmp.Compare(a.Domain, b.Domain), b.Nodes-a.Nodes, cmp.Compare(a.Operator, b.Operator), a.Opset-b.Opset)
	})
}

// plan opens the model and tells how it is run.
func (r *Report) plan(file *onnxfile.Model, options Options) error {
	engine, err := openFile(file, options)
	if err != nil {
		if domain.KindOf(err) != domain.Unsupported {
			return err
		}
		r.Refusals = append(r.Refusals, Refusal{Reason: err.Error()})
		return nil
	}
	defer func() { _ = engine.Close() }()
	r.Signature = engine.signature
	compiled, err := engine.machines.graph.CompileRows(1)
	if err != nil {
		return nil // there is no plan for the lengths that dynamic axes are tried with
	}
	r.Plan = &Plan{Memory: compiled.Bytes()}
	for _, s := range compiled.Describe() {
		r.Plan.Steps = append(r.Plan.Steps, PlanStep(s))
		r.Plan.MultiplyAdds += s.MultiplyAdds
	}
	return nil
}
