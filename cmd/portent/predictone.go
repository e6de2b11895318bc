package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/portent-go/portent/adapters/format/npy"
	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/picture"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// The extensions of tensors: ONNX's TensorProto, and NumPy's arrays.
const (
	extensionTensor = ".pb"
	extensionNumPy  = ".npy"
)

// rowsAtOnce is how many rows of a tensor are computed together. It bounds the
// memory that a long one takes, and changes no bit of any answer.
const rowsAtOnce = 32

// predicted is what came of one input.
type predicted struct {
	name string
	rows []domain.Prediction
	many bool // the input is a tensor with an axis of rows
	err  error
}

// oracle predicts inputs.
type oracle struct {
	classifier *serving.Classifier
	limits     picture.Limits
}

// predict reads one input and predicts what is in it: a picture, a tensor, or each
// row of a tensor.
func (o oracle) predict(ctx context.Context, in input) predicted {
	p := predicted{name: in.name}
	data, err := in.read()
	if err != nil {
		p.err = withoutName(err)
		return p
	}
	tensor, isTensor, err := readTensor(in.name, data)
	switch {
	case err != nil:
		p.err = err
	case isTensor:
		p.rows, p.many, p.err = o.tensor(ctx, tensor)
	default:
		p.rows, p.err = o.picture(ctx, data)
	}
	return p
}

// readTensor reads an input that is a tensor by its name, or by how it begins.
func readTensor(name string, data []byte) (tensor domain.Tensor, isTensor bool, err error) {
	extension := strings.ToLower(filepath.Ext(name))
	switch {
	case extension == extensionNumPy || extension == ".npz" || npy.Recognised(data):
		tensor, err = npy.Read(data)
		return tensor, true, err
	case extension == extensionTensor:
		_, tensor, err = onnxfile.ReadTensor(data)
		return tensor, true, err
	case name != standardInput || picture.Recognised(data):
		return tensor, false, nil
	}
	// A TensorProto has nothing that it begins with: it is one if it can be read.
	if _, tensor, err = onnxfile.ReadTensor(data); err != nil {
		err = &domain.Error{
			Kind: domain.Unsupported, Msg: "is neither a picture nor a tensor", Got: fmt.Sprintf("%d bytes that begin with %q", len(data), data[:min(len(data), 12)]),
			Expected: strings.Join(picture.ContentTypes(), ", ") + ", a TensorProto, or what numpy.save writes", Hint: "a list of files is read by --files-from -",
		}
	}
	return tensor, true, err
}

func (o oracle) picture(ctx context.Context, data []byte) ([]domain.Prediction, error) {
	img, err := picture.Decode(data, o.limits)
	if err != nil {
		return nil, err
	}
	prediction, err := o.classifier.Classify(ctx, img)
	return []domain.Prediction{prediction}, err
}

// tensor predicts a tensor of the input's shape, or each row of one that has an
// axis more.
func (o oracle) tensor(ctx context.Context, tensor domain.Tensor) (rows []domain.Prediction, many bool, err error) {
	input, shape := o.classifier.Input(), tensor.Shape()
	if want := input.Datatype; tensor.Datatype() != want {
		return nil, false, &domain.Error{
			Kind: domain.Invalid, Field: input.Name, Msg: fmt.Sprintf("is %v, expected %v", tensor.Datatype(), want), Expected: input.String(),
			Got: tensor.Datatype().String(), Hint: `save it as the model takes it: array.astype("` + dtypeOf(want) + `")`,
		}
	}
	if len(shape) != len(input.Shape)+1 || shape[0] == 1 {
		prediction, err := o.classifier.ClassifyTensor(ctx, tensor)
		return []domain.Prediction{prediction}, false, err
	}
	for from := 0; from < shape[0]; from += rowsAtOnce {
		part, err := tensor.Rows(from, min(from+rowsAtOnce, shape[0]))
		if err != nil {
			return nil, true, err
		}
		predictions, err := o.classifier.ClassifyBatch(ctx, part)
		if err != nil {
			return nil, true, err
		}
		rows = append(rows, predictions...)
	}
	if len(rows) == 0 {
		return nil, true, &domain.Error{Kind: domain.Invalid, Field: input.Name, Msg: "has no rows", Expected: "one row at least", Got: "shape " + shape.String()}
	}
	return rows, true, nil
}

// dtypeOf returns NumPy's name of a datatype.
func dtypeOf(datatype domain.Datatype) string {
	switch datatype {
	case domain.FP16:
		return "float16"
	case domain.FP32:
		return "float32"
	case domain.FP64:
		return "float64"
	case domain.BYTES:
		return "str"
	default:
		return strings.ToLower(datatype.String())
	}
}

// withoutName takes the file's name out of the system's errors, since it is told
// beside them.
func withoutName(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
