package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// tensorList returns a tensor of one axis.
func tensorList[T domain.Element](elements ...T) domain.Tensor {
	return tensorOf(domain.Shape{len(elements)}, elements...)
}

// bothWays returns the operator that translates texts to numbers, and numbers to
// texts.
func bothWays(node Node, texts []string, numbers []int64, noText string, noNumber int64) (Operator, error) {
	forward, once := newKeys(texts)
	backward, onceToo := newKeys(numbers)
	if !once || !onceToo || len(texts) != len(numbers) {
		return nil, node.Invalid("has a key twice, or not as many texts as numbers")
	}
	return relabel{
		{forward, tensorList(append(numbers[:len(numbers):len(numbers)], noNumber)...)},
		{backward, tensorList(append(texts[:len(texts):len(texts)], noText)...)},
	}, nil
}

// parseClassNumbers is LabelEncoder before opset 2: between classes and their
// positions.
func parseClassNumbers(node Node) (Operator, error) {
	a := attributesOf(node)
	classes, noText, noNumber := a.texts("classes_strings"), a.text("default_string", "_Unused"), a.int("default_int64", -1)
	if err := a.done(); err != nil {
		return nil, err
	}
	numbers := make([]int64, len(classes))
	for i := range numbers {
		numbers[i] = int64(i)
	}
	return bothWays(node, classes, numbers, noText, int64(noNumber))
}

// parseCategoryMapper is between categories and their numbers.
func parseCategoryMapper(node Node) (Operator, error) {
	a := attributesOf(node)
	texts, numbers := a.texts("cats_strings"), a.wholes("cats_int64s")
	noText, noNumber := a.text("default_string", "_Unused"), a.int("default_int64", -1)
	if err := a.done(); err != nil {
		return nil, err
	}
	return bothWays(node, texts, numbers, noText, int64(noNumber))
}

// parseLabelEncoder translates keys to values of any datatype. ONNX Runtime does
// not find NaN among the keys before opset 4; ONNX always had it found.
func parseLabelEncoder(node Node) (Operator, error) {
	a := attributesOf(node)
	keys, values := a.elements("keys", node.Opset), a.elements("values", node.Opset)
	defaults := map[domain.Datatype]domain.Tensor{
		domain.INT64: tensorList(int64(a.int("default_int64", -1))), domain.BYTES: tensorList(a.text("default_string", "_Unused")),
		domain.FP32:  tensorList(a.float("default_float", float32(math.Copysign(0, -1)))),
		domain.INT32: tensorList(int32(-1)), domain.INT16: tensorList(int16(-1)), domain.FP64: tensorList(math.Copysign(0, -1)),
	}
	otherwise := defaults[values.Datatype()]
	if node.Opset >= 4 {
		if t, ok := a.tensor("default_tensor"); ok {
			otherwise = t
			a.expect(t.Datatype() == values.Datatype() && t.Len() == 1, "default_tensor", "is not one element of the values' datatype")
		}
	}
	if err := a.done(); err != nil {
		return nil, err
	}
	found, once, ok := dictionaryOf(keys)
	put := putters[values.Datatype()]
	switch {
	case !ok || put == nil:
		return nil, node.Unsupported("has no keys or no values of a datatype that is supported: FP32, FP64, INT64, INT32, INT16 or BYTES")
	case !once:
		return nil, node.Unsupported("has a key twice")
	case keys.Len() != values.Len():
		return nil, node.Invalid("has not as many keys as values")
	}
	t, err := domain.MakeTensor(values.Datatype(), domain.Shape{values.Len() + 1})
	if err != nil {
		return nil, node.Invalid(err.Error())
	}
	for i := range values.Len() {
		put(t, i, values, i)
	}
	put(t, values.Len(), otherwise, 0)
	return relabel{{found, t}}, nil
}

// elements reads a list that has an attribute for each of its datatypes.
func (a *attributes) elements(name string, opset int) (found domain.Tensor) {
	take := func(kind string, there bool, t domain.Tensor) {
		if there {
			a.expect(found.IsZero(), name+kind, "is there beside another list of "+name)
			found = t
		}
	}
	numbers, texts, reals := a.wholes(name+"_int64s"), a.texts(name+"_strings"), a.decimals(name+"_floats")
	take("_int64s", numbers != nil, tensorList(numbers...))
	take("_strings", texts != nil, tensorList(texts...))
	take("_floats", reals != nil, tensorList(reals...))
	if opset >= 4 {
		t, there := a.tensor(name + "_tensor")
		take("_tensor", there, t)
	}
	return found
}

// oneHotEncoder writes a 1 at the position of each element's category, on an axis
// of its own. What is of no category has zeros, or is an error. Numbers with a
// fraction lose it first.
type oneHotEncoder struct {
	texts, numbers dictionary // one of them
	count          int
	strict         bool
}

func parseOneHotEncoder(node Node) (Operator, error) {
	a := attributesOf(node)
	texts, numbers := a.texts("cats_strings"), a.wholes("cats_int64s")
	e := &oneHotEncoder{strict: !a.bool("zeros", true), count: max(len(texts), len(numbers))}
	if err := a.done(); err != nil {
		return nil, err
	}
	if (len(texts) == 0) == (len(numbers) == 0) {
		return nil, node.Invalid("has not either cats_strings or cats_int64s")
	}
	var once bool
	if len(texts) > 0 {
		e.texts, once = newKeys(texts)
	} else {
		e.numbers, once = newKeys(numbers)
	}
	if !once {
		return nil, node.Invalid("has a category twice")
	}
	return e, nil
}

func (*oneHotEncoder) keepsRows(_, _ []Value, _ []bool) bool { return true }

// Infer returns the input's shape with an axis for the categories behind it.
func (e *oneHotEncoder) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if e.texts != nil && x.Datatype != domain.BYTES {
		return nil, wrongDatatype("X", x.Datatype, "BYTES for categories that are texts")
	}
	if e.numbers != nil {
		if _, err := featuresOf(inputs, 0); err != nil {
			return nil, err
		}
	}
	if x.Known() {
		if err := e.Check([]domain.Tensor{x.Const}); err != nil {
			return nil, err
		}
	}
	return like(Value{Datatype: domain.FP32}, append(x.Shape.Clone(), e.count))
}

// find returns the position of an element's category, or -1.
func (e *oneHotEncoder) find(t domain.Tensor, i int) int {
	if e.texts != nil {
		return e.texts.find(t, i)
	}
	switch t.Datatype() {
	case domain.INT64:
		return e.numbers.find(t, i)
	case domain.INT32:
		return e.whole(int64(dataOf[int32](t)[i]))
	case domain.FP32:
		return e.truncated(float64(dataOf[float32](t)[i]))
	default:
		return e.truncated(dataOf[float64](t)[i])
	}
}

func (e *oneHotEncoder) whole(n int64) int { return e.numbers.(keys[int64]).look(n) }

func (e *oneHotEncoder) truncated(x float64) int {
	if !(math.Abs(x) < 1<<63) { // no integer, and so no category
		return -1
	}
	return e.whole(int64(x))
}

// Check reports an element that is of no category, if that is an error.
func (e *oneHotEncoder) Check(inputs []domain.Tensor) error {
	for i := range inputs[0].Len() {
		if e.strict && e.find(inputs[0], i) < 0 {
			return domain.Errorf(domain.Invalid, "input X: element %d is of no category", i)
		}
	}
	return nil
}

// Compile returns the computation.
func (e *oneHotEncoder) Compile(_, _ []Value) (Run, error) {
	return func(in, out []domain.Tensor) {
		to := floats(out[0])
		kernels.Fill(to, 0)
		for i := range in[0].Len() {
			if position := e.find(in[0], i); position >= 0 {
				to[i*e.count+position] = 1
			}
		}
	}, nil
}

// parseZipMap is a map from labels to scores for each row, which here stays the
// tensor [N,classes] that it is made of.
func parseZipMap(node Node) (Operator, error) {
	a := attributesOf(node)
	classes := a.labels("classlabels_int64s").count()
	if err := a.done(); err != nil {
		return nil, err
	}
	if classes == 0 {
		return nil, node.Invalid("has no class labels")
	}
	return &view{"ZipMap", func(in []Value) (domain.Shape, error) { return zipped(in[0], classes) }}, nil
}

func zipped(x Value, classes int) (domain.Shape, error) {
	if x.Datatype != domain.FP32 {
		return nil, wrongDatatype("X", x.Datatype, "FP32")
	}
	rank := len(x.Shape)
	if rank < 1 || rank > 2 {
		return nil, misshapen("X", x.Shape, "[N,C] or [C]")
	}
	if n := x.Shape[rank-1]; n != classes {
		return nil, domain.Errorf(domain.Invalid, "input X has %d scores a row in its shape %v for %d class labels", n, x.Shape, classes)
	}
	if rank == 1 {
		return domain.Shape{1, classes}, nil
	}
	return x.Shape, nil
}
