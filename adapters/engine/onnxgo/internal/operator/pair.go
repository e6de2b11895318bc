package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var pairFamily = map[string][]definition{
	"And": {pairs(7, parsePair(logical(func(x, y bool) bool { return x && y }), domain.BOOL))},
	"Or":  {pairs(7, parsePair(logical(func(x, y bool) bool { return x || y }), domain.BOOL))},
	"Xor": {pairs(7, parsePair(logical(func(x, y bool) bool { return x != y }), domain.BOOL))},

	"BitwiseAnd": {pairs(18, parsePair(bitwise(and), domain.InvalidDatatype))},
	"BitwiseOr":  {pairs(18, parsePair(bitwise(or), domain.InvalidDatatype))},
	"BitwiseXor": {pairs(18, parsePair(bitwise(xor), domain.InvalidDatatype))},
	"BitShift":   {pairs(11, parseBitShift)},

	"Equal":          {pairs(7, parsePair(only(equality, domain.BOOL, domain.INT32, domain.INT64), domain.BOOL)), pairs(11, parsePair(without19(equality), domain.BOOL)), pairs(19, parsePair(equality, domain.BOOL))},
	"Less":           {pairs(7, parsePair(only(order(less), domain.FP32, domain.FP64), domain.BOOL)), pairs(9, parsePair(order(less), domain.BOOL))},
	"Greater":        {pairs(7, parsePair(only(order(greater), domain.FP32, domain.FP64), domain.BOOL)), pairs(9, parsePair(order(greater), domain.BOOL))},
	"LessOrEqual":    {pairs(12, parsePair(order(notGreater), domain.BOOL))},
	"GreaterOrEqual": {pairs(12, parsePair(order(notLess), domain.BOOL))},

	"Mod":    {pairs(10, parseMod)},
	"PRelu":  {pairs(7, parsePRelu(domain.FP32, domain.FP64)), pairs(9, parsePRelu(domain.FP32, domain.FP64, domain.INT32, domain.INT64, domain.UINT32, domain.UINT64))},
	"SwiGLU": {pairs(28, parseSwiGLU)},
}

func pairs(since int, parse func(Node) (Operator, error)) definition {
	return definition{since: since, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parse}
}

// combination writes to dst what becomes of the elements of x and y, spread over
// dst as b says.
type combination func(dst, x, y domain.Tensor, b kernels.Broadcast)

// pair computes each element of its output from one of each of its inputs, with
// broadcasting as numpy does it.
type pair struct {
	combinations map[domain.Datatype]combination
	to           domain.Datatype // that of the output, or none for that of the inputs
	oneWay       bool            // the second input is spread over the first, and not the other way
	divides      bool            // integers by the second input
}

func parsePair(combinations map[domain.Datatype]combination, to domain.Datatype) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		return pair{combinations: combinations, to: to}, attributesOf(node).done()
	}
}

// Infer returns the shape that both inputs broadcast to.
func (p pair) Infer(inputs []Value) ([]Value, error) {
	a, b, err := operands(inputs)
	if err != nil {
		return nil, err
	}
	if _, ok := p.combinations[a.Datatype]; !ok {
		return nil, wrongDatatype("A", a.Datatype, datatypesOf(p.combinations))
	}
	if a.Datatype != b.Datatype {
		return nil, domain.Errorf(domain.Invalid, "inputs A and B have datatypes %v and %v, expected one", a.Datatype, b.Datatype)
	}
	shape, err := broadcast(a.Shape, b.Shape)
	if err != nil {
		return nil, err
	}
	if p.oneWay && !shape.Equal(a.Shape) {
		return nil, &domain.Error{
			Kind: domain.Invalid, Msg: fmt.Sprintf("input B of shape %v does not spread over input A of shape %v", b.Shape, a.Shape),
			Expected: "axes of one length with A, or of 1", Got: b.Shape.String(),
		}
	}
	if p.divides && b.Known() {
		if err := checkDivisors(b.Const); err != nil {
			return nil, err
		}
	}
	if p.to.Valid() {
		a.Datatype = p.to
	}
	return like(a, shape)
}

// Check refuses divisors that are 0.
func (p pair) Check(inputs []domain.Tensor) error {
	if !p.divides {
		return nil
	}
	return checkDivisors(inputs[1])
}

// checkDivisors refuses integers of which one is 0.
func checkDivisors(t domain.Tensor) error {
	if t.Datatype() == domain.FP32 || t.Datatype() == domain.FP64 {
		return nil
	}
	for i := range t.Len() {
		if v, _ := domain.Number(t, i); v == 0 {
			return domain.Errorf(domain.Invalid, "input B: element %d is an integer divisor of 0", i)
		}
	}
	return nil
}

// Compile works out the strides of both inputs.
func (p pair) Compile(inputs, outputs []Value) (Run, error) {
	combine := p.combinations[inputs[0].Datatype]
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	b := broadcastOf(outputs[0].Shape, inputs[0].Shape, inputs[1].Shape)
	return func(in, out []domain.Tensor) { combine(out[0], in[0], in[1], b) }, nil
}

func (pair) keepsRows(inputs, outputs []Value, perRow []bool) bool {
	return spreadKeepsRows(inputs, outputs, perRow)
}

// combined returns the combination by a function.
func combined[T, D domain.Element](f func(x, y T) D) combination {
	return func(dst, x, y domain.Tensor, b kernels.Broadcast) {
		kernels.Combine(dataOf[D](dst), dataOf[T](x), dataOf[T](y), b, f)
	}
}

// only returns the part of a table for some datatypes.
func only[V any](table map[domain.Datatype]V, datatypes ...domain.Datatype) map[domain.Datatype]V {
	part := make(map[domain.Datatype]V, len(datatypes))
	for _, d := range datatypes {
		part[d] = table[d]
	}
	return part
}
