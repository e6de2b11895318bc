package operator

import (
	"github.com/portent-go/portent/domain"
)

var recurrentFamily = map[string][]definition{
	"RNN":  recurrentDefinitions(cell{kind: "RNN", gates: 1, defaults: []string{"Tanh"}}),
	"GRU":  recurrentDefinitions(cell{kind: "GRU", gates: 3, defaults: []string{"Sigmoid", "Tanh"}}),
	"LSTM": recurrentDefinitions(cell{kind: "LSTM", gates: 4, defaults: []string{"Sigmoid", "Tanh", "Tanh"}}),
}

// cell is what a recurrent network is made of.
type cell struct {
	kind     string
	gates    int
	defaults []string // the functions of each direction, unless the file says otherwise
}

func recurrentDefinitions(c cell) []definition {
	inputs, outputs := 6, 2
	if c.kind == "LSTM" {
		inputs, outputs = 8, 3
	}
	parse := func(node Node) (Operator, error) { return parseRecurrent(node, c) }
	return []definition{{since: 7, inputs: arity{3, inputs}, outputs: arity{1, outputs}, parse: parse}}
}

// recurrent is a recurrent network of one layer. X is [steps,batch,inputs], W
// [directions,gates*hidden,inputs], R [directions,gates*hidden,hidden], B
// [directions,2*gates*hidden]; the outputs are all states [steps,directions,batch,
// hidden], the last ones [directions,batch,hidden], and of an LSTM its last cells.
// With layout 1 the batch is the first axis of X, of the states and of all outputs.
type recurrent struct {
	cell
	hidden       int // 0: as R has it
	forward      bool
	backward     bool
	functions    []stateFunction // of each direction in turn
	clip         float64         // 0: none
	linearBefore bool
	inputForget  bool
	batchFirst   bool
}

// The places of a recurrent network's inputs.
const (
	recurrentX = iota
	recurrentW
	recurrentR
	recurrentB
	recurrentLengths
	recurrentH
	recurrentC
	recurrentP
)

func parseRecurrent(node Node, c cell) (Operator, error) {
	a := attributesOf(node)
	r := &recurrent{cell: c, hidden: a.int("hidden_size", 0), clip: float64(a.float("clip", 0))}
	a.expect(r.hidden >= 0, "hidden_size", "is negative")
	a.expect(r.clip >= 0, "clip", "is negative")
	direction := a.text("direction", "forward")
	r.forward, r.backward = direction != "reverse", direction != "forward"
	a.expect(direction == "forward" || direction == "reverse" || direction == "bidirectional", "direction", "is none of forward, reverse, bidirectional")
	if c.kind == "GRU" {
		r.linearBefore = a.int("linear_before_reset", 0) != 0
	}
	if c.kind == "LSTM" {
		r.inputForget = a.bool("input_forget", false)
	}
	if node.Opset >= 14 {
		r.batchFirst = a.bool("layout", false)
	}
	r.functions = stateFunctions(a, c.defaults, r.directions())
	return r, a.done()
}

func (r *recurrent) directions() int {
	if r.forward && r.backward {
		return 2
	}
	return 1
}

// recurrentSize is the lengths of the axes.
type recurrentSize struct{ steps, batch, inputs, hidden, directions, gates int }

// Infer returns all states, the last ones, and of an LSTM the last cells.
func (r *recurrent) Infer(inputs []Value) ([]Value, error) {
	size, err := r.size(inputs)
	if err != nil {
		return nil, err
	}
	all := domain.Shape{size.steps, size.directions, size.batch, size.hidden}
	last := domain.Shape{size.directions, size.batch, size.hidden}
	if r.batchFirst {
		all = domain.Shape{size.batch, size.steps, size.directions, size.hidden}
		last = domain.Shape{size.batch, size.directions, size.hidden}
	}
	shapes := []domain.Shape{all, last}
	if r.kind == "LSTM" {
		shapes = append(shapes, last.Clone())
	}
	var outputs []Value
	for _, shape := range shapes {
		output, err := like(inputs[recurrentX], shape)
		if err != nil {
			return nil, err
		}
		outputs = append(outputs, output...)
	}
	return outputs, nil
}

// size checks the inputs against each other.
func (r *recurrent) size(inputs []Value) (s recurrentSize, err error) {
	x, err := realOperand(inputs, recurrentX, "X")
	if err != nil {
		return s, err
	}
	recurrence, err := realOperand(inputs, recurrentR, "R")
	if err != nil {
		return s, err
	}
	if len(x.Shape) != 3 || len(recurrence.Shape) != 3 || product(x.Shape) == 0 || product(recurrence.Shape) == 0 {
		return s, misshapen("X or R", x.Shape, "three axes, not empty")
	}
	s = recurrentSize{x.Shape[0], x.Shape[1], x.Shape[2], recurrence.Shape[2], r.directions(), r.gates}
	if r.batchFirst {
		s.steps, s.batch = s.batch, s.steps
	}
	if r.hidden != 0 && r.hidden != s.hidden {
		return s, domain.Errorf(domain.Invalid, "hidden_size is %d, and R has shape %v", r.hidden, recurrence.Shape)
	}
	last := domain.Shape{s.directions, s.batch, s.hidden}
	if r.batchFirst {
		last = domain.Shape{s.batch, s.directions, s.hidden}
	}
	rows := s.gates * s.hidden
	for _, want := range []struct {
		at       int
		name     string
		shape    domain.Shape
		optional bool
	}{
		{recurrentW, "W", domain.Shape{s.directions, rows, s.inputs}, false},
		{recurrentR, "R", domain.Shape{s.directions, rows, s.hidden}, false},
		{recurrentB, "B", domain.Shape{s.directions, 2 * rows}, true},
		{recurrentH, "initial_h", last, true}, {recurrentC, "initial_c", last, true},
		{recurrentP, "P", domain.Shape{s.directions, 3 * s.hidden}, true},
	} {
		if err := checkPart(inputs, want.at, want.name, x.Datatype, want.shape, want.optional); err != nil {
			return s, err
		}
	}
	return s, checkPart(inputs, recurrentLengths, "sequence_lens", domain.INT32, domain.Shape{s.batch}, true)
}

// checkPart refuses an input that is not of a datatype and shape.
func checkPart(inputs []Value, at int, name string, datatype domain.Datatype, shape domain.Shape, isOptional bool) error {
	v, ok := optional(inputs, at)
	switch {
	case !ok && isOptional:
		return nil
	case !ok:
		return domain.Errorf(domain.Invalid, "input %s is missing", name)
	case v.Datatype != datatype || !v.Shape.Equal(shape):
		return domain.Errorf(domain.Invalid, "input %s is %v %v, expected %v %v", name, v.Datatype, v.Shape, datatype, shape)
	}
	return nil
}

// Check refuses lengths of sequences that are not between 0 and the steps.
func (r *recurrent) Check(inputs []domain.Tensor) error {
	if len(inputs) <= recurrentLengths {
		return nil
	}
	steps := inputs[recurrentX].Shape()[0]
	if r.batchFirst {
		steps = inputs[recurrentX].Shape()[1]
	}
	for i, n := range dataOf[int32](inputs[recurrentLengths]) {
		if n < 0 || int(n) > steps {
			return domain.Errorf(domain.Invalid, "input sequence_lens: element %d is %d, expected 0 to %d", i, n, steps)
		}
	}
	return nil
}

func (r *recurrent) products(inputs, _ []Value) int {
	size, err := r.size(inputs)
	if err != nil {
		return 0
	}
	return size.steps * size.batch * size.directions * size.gates * size.hidden * (size.inputs + size.hidden)
}

// keepsRows is for batches that come first.
func (r *recurrent) keepsRows(_, _ []Value, perRow []bool) bool {
	for i, has := range perRow {
		weights := i == recurrentW || i == recurrentR || i == recurrentB || i == recurrentP
		if has == weights {
			return false
		}
	}
	return r.batchFirst
}
