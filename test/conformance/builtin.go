package conformance

import (
	"fmt"
	"regexp"
	"sort"

	"github.com/owulveryck/onnx-go/backend/testbackend"
	_ "github.com/owulveryck/onnx-go/backend/testbackend/onnx" // registers the cases
	"gorgonia.org/tensor"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

const builtinPrefix = "onnx-go/"

// builtin returns the cases that come with onnx-go, of ONNX 1.4.
func builtin() ([]testCase, error) {
	registered := testbackend.FindAllTestsMatching(regexp.MustCompile(""))
	cases := make([]testCase, 0, len(registered))
	for _, constructor := range registered {
		made := constructor()
		c := testCase{name: builtinPrefix + made.Title, model: made.ModelB}
		var inputs, outputs []domain.TensorSpec
		if model, err := onnxfile.ReadModel(made.ModelB, onnxfile.Options{}); err == nil {
			inputs, outputs = model.Graph.Inputs, model.Graph.Outputs
		}
		set := dataSet{}
		var err error
		if set.inputs, err = tensorsOf(made.Input, inputs); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		if set.outputs, err = tensorsOf(made.ExpectedOutput, outputs); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		c.sets = []dataSet{set}
		cases = append(cases, c)
	}
	sort.Slice(cases, func(i, j int) bool { return cases[i].name < cases[j].name })
	return cases, nil
}

// tensorsOf returns tensors as the model declares them: onnx-go has turned
// integers into floats in some of its cases, and numbers into vectors.
func tensorsOf(list []tensor.Tensor, specs []domain.TensorSpec) ([]domain.Tensor, error) {
	tensors := make([]domain.Tensor, len(list))
	for i, t := range list {
		var err error
		if tensors[i], err = tensorOf(t); err != nil {
			return nil, err
		}
		if i < len(specs) {
			if tensors[i], err = asDeclared(tensors[i], specs[i]); err != nil {
				return nil, err
			}
		}
	}
	return tensors, nil
}

func asDeclared(t domain.Tensor, spec domain.TensorSpec) (domain.Tensor, error) {
	shape := t.Shape()
	if spec.Shape != nil && len(spec.Shape) == 0 {
		shape = domain.Shape{}
	}
	data, ok := domain.Data[float32](t)
	if !ok || spec.Datatype != domain.INT64 && spec.Datatype != domain.INT32 {
		return t.Reshape(shape)
	}
	if spec.Datatype == domain.INT32 {
		return domain.NewTensor(shape, whole[int32](data))
	}
	return domain.NewTensor(shape, whole[int64](data))
}

func whole[T int32 | int64](data []float32) []T {
	integers := make([]T, len(data))
	for i, v := range data {
		integers[i] = T(v)
	}
	return integers
}

func tensorOf(t tensor.Tensor) (domain.Tensor, error) {
	shape := domain.Shape(t.Shape().Clone())
	switch data := t.Data().(type) {
	case []float32:
		return domain.NewTensor(shape, data)
	case []float64:
		return domain.NewTensor(shape, data)
	case []int32:
		return domain.NewTensor(shape, data)
	case []int64:
		return domain.NewTensor(shape, data)
	case []bool:
		return domain.NewTensor(shape, data)
	case float32:
		return domain.NewTensor(shape, []float32{data})
	case float64:
		return domain.NewTensor(shape, []float64{data})
	case int64:
		return domain.NewTensor(shape, []int64{data})
	case int32:
		return domain.NewTensor(shape, []int32{data})
	case bool:
		return domain.NewTensor(shape, []bool{data})
	default:
		return domain.Tensor{}, fmt.Errorf("a tensor of %T", data)
	}
}
