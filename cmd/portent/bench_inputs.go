package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/spf13/pflag"

	"github.com/portent-go/portent/adapters/format/npy"
	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/cmd/portent/internal/loadgen"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// Where inputs come from.
const (
	sendAuto    = "auto"
	sendRandom  = "random"
	sendVectors = "vectors"
)

// sending is what requests hold.
type sending struct {
	from   string
	files  []string
	length int
	seed   uint64
}

func (s *sending) flags(flags *pflag.FlagSet) {
	flags.StringVar(&s.from, "inputs", sendAuto, "what is sent: vectors (the model's own; of a server, those of --model), random, or auto: vectors where there are any")
	flags.StringArrayVar(&s.files, "input", nil, "file to send instead (.npy or .pb), once for each input of the model, in its order")
	flags.IntVar(&s.length, "length", 0, "length of the axes that the model leaves open beside the batch, for random inputs")
	flags.Uint64Var(&s.seed, "seed", 1, "seed of random inputs: the same one gives the same inputs")
}

func (s *sending) check() error {
	switch {
	case s.from != sendAuto && s.from != sendRandom && s.from != sendVectors:
		return &domain.Error{Kind: domain.Invalid, Field: "--inputs", Msg: "is " + s.from, Expected: "auto, random or vectors", Got: s.from}
	case len(s.files) > 0 && s.from != sendAuto:
		return &domain.Error{Kind: domain.Invalid, Field: "--input", Msg: "is given beside --inputs " + s.from, Expected: "one or the other"}
	}
	return notNegative("--length", s.length)
}

// differentRequests is how many are sent in turn, so that no cache answers.
const differentRequests = 4

// requests makes what is sent to a target in batches of so many inputs.
func (t *benchTarget) requests(ctx context.Context, batch int, s *sending) ([]loadgen.Request, error) {
	if signature := t.predictor.Signature(); !signature.Batched() && batch != fixedBatch(signature) {
		return nil, &domain.Error{
			Kind: domain.Unsupported, Field: "--batch", Msg: fmt.Sprintf("%s has no batch axis and takes %d at once", t.about.Model, fixedBatch(signature)),
			Expected: fmt.Sprint(fixedBatch(signature)), Got: fmt.Sprint(batch),
		}
	}
	switch {
	case len(s.files) > 0:
		inputs, err := t.readInputs(s.files, batch)
		if err != nil {
			return nil, err
		}
		t.about.Sent = "the tensors of --input"
		return t.compareWithFirst(ctx, [][]domain.Tensor{inputs})
	case s.from == sendVectors && len(t.vectors) == 0:
		return nil, &domain.Error{Kind: domain.NotFound, Field: t.about.Name, Msg: "has no test vectors", Hint: "--inputs random; of a server, --model names a folder that has some"}
	case s.from != sendRandom && len(t.vectors) > 0:
		return t.fromVectors(batch)
	default:
		return t.random(ctx, batch, s)
	}
}

// random makes inputs of the signature's shapes.
func (t *benchTarget) random(ctx context.Context, batch int, s *sending) ([]loadgen.Request, error) {
	source := rand.New(rand.NewPCG(s.seed, uint64(batch)))
	signature := t.predictor.Signature()
	sets := make([][]domain.Tensor, differentRequests)
	for i := range sets {
		for _, spec := range signature.Inputs {
			shape, err := closed(spec, signature.Batched(), batch, s.length)
			if err != nil {
				return nil, err
			}
			tensor, err := randomTensor(spec.Datatype, shape, source)
			if err != nil {
				return nil, err
			}
			sets[i] = append(sets[i], tensor)
		}
	}
	t.about.Sent = fmt.Sprintf("random inputs (seed %d)", s.seed)
	return t.compareWithFirst(ctx, sets)
}

// closed returns a shape without open axes.
func closed(spec domain.TensorSpec, batched bool, batch, length int) (domain.Shape, error) {
	shape := spec.Shape.Clone()
	if batched {
		shape[0] = batch
	}
	for axis, n := range shape {
		if n != domain.Dynamic {
			continue
		}
		if length == 0 {
			return nil, &domain.Error{
				Kind: domain.Invalid, Field: spec.String(), Msg: fmt.Sprintf("axis %d may have any length", axis), Expected: "a length",
				Hint: "--length N says how long such axes are, or --input FILE what to send",
			}
		}
		shape[axis] = length
	}
	return shape, nil
}

// compareWithFirst asks for the answers that later ones are compared with.
func (t *benchTarget) compareWithFirst(ctx context.Context, sets [][]domain.Tensor) ([]loadgen.Request, error) {
	tolerance := t.tolerance
	t.about.Checked = fmt.Sprintf("compared with the first, within %g", tolerance)
	if t.exact {
		tolerance, t.about.Checked = 0, "the same bits each time"
	}
	requests := make([]loadgen.Request, len(sets))
	for i, inputs := range sets {
		want, err := t.predictor.Predict(ctx, inputs)
		if err != nil {
			return nil, err
		}
		requests[i] = loadgen.Request{Inputs: inputs, Check: t.checker(want, tolerance)}
	}
	return requests, nil
}

// checker returns what compares answers with an expected one.
func (t *benchTarget) checker(want []domain.Tensor, tolerance float64) func([]domain.Tensor) error {
	signature := t.predictor.Signature()
	return func(got []domain.Tensor) error {
		if slices.EqualFunc(got, want, sameFloats) {
			return nil
		}
		r := serving.Compare(signature, got, want)
		switch {
		case r.Err != nil:
			return domain.Errorf(domain.Invalid, "a wrong answer: %w", r.Err)
		case r.MaxRel > tolerance:
			return domain.Errorf(domain.Invalid, "a wrong answer: %s is off by more than %g", r.Worst, tolerance)
		}
		return nil
	}
}

// sameFloats is the fast way to see that an answer is as expected, for the datatype
// of almost all.
func sameFloats(a, b domain.Tensor) bool {
	x, isFloat := domain.Data[float32](a)
	y, both := domain.Data[float32](b)
	return isFloat && both && a.Shape().Equal(b.Shape()) && slices.Equal(x, y)
}

// fromVectors sends the test vectors: their rows, in batches of the size that is
// asked for, or of a model without a batch axis as they are.
func (t *benchTarget) fromVectors(batch int) ([]loadgen.Request, error) {
	t.about.Sent = fmt.Sprintf("its %d test vectors", len(t.vectors))
	t.about.Checked = fmt.Sprintf("compared with the expected ones, within %g", t.tolerance)
	t.about.Vectors = len(t.vectors)
	signature := t.predictor.Signature()
	for _, v := range t.vectors {
		if err := fits(signature, v); err != nil {
			return nil, domain.Errorf(domain.KindOf(err), "test vector %s: %w", v.Name, err)
		}
	}
	if !signature.Batched() {
		requests := make([]loadgen.Request, len(t.vectors))
		for i, v := range t.vectors {
			requests[i] = loadgen.Request{Inputs: v.Inputs, Check: t.checker(v.Outputs, t.tolerance)}
		}
		return requests, nil
	}
	requests := make([]loadgen.Request, differentRequests)
	for i := range requests {
		inputs, err := gather(t.vectors, func(v serving.Vector) []domain.Tensor { return v.Inputs }, i*batch, batch)
		if err != nil {
			return nil, err
		}
		outputs, err := gather(t.vectors, func(v serving.Vector) []domain.Tensor { return v.Outputs }, i*batch, batch)
		if err != nil {
			return nil, err
		}
		requests[i] = loadgen.Request{Inputs: inputs, Check: t.checker(outputs, t.tolerance)}
	}
	return requests, nil
}

// fits returns an error if a vector is not one of a model with this signature: of a
// server nobody has looked before.
func fits(s domain.Signature, v serving.Vector) error {
	if err := s.CheckInputs(v.Inputs); err != nil {
		return err
	}
	if len(v.Outputs) != len(s.Outputs) {
		return domain.Errorf(domain.Invalid, "has %d outputs, the model %d", len(v.Outputs), len(s.Outputs))
	}
	for i, spec := range s.Outputs {
		if err := spec.Check(v.Outputs[i]); err != nil {
			return err
		}
		if s.Batched() && v.Outputs[i].Shape()[0] != v.Inputs[0].Shape()[0] {
			return domain.Errorf(domain.Invalid, "%s has %d rows for %d inputs", spec.Name, v.Outputs[i].Shape()[0], v.Inputs[0].Shape()[0])
		}
	}
	return nil
}

// gather joins rows of vectors to a batch: as many as asked for, from one on, and from
// the beginning again when they are used up. Vectors whose rows are of other shapes
// than the first's are left out.
func gather(vectors []serving.Vector, side func(serving.Vector) []domain.Tensor, from, count int) ([]domain.Tensor, error) {
	first := side(vectors[0])
	joined := make([]domain.Tensor, len(first))
	for at := range first {
		var rows []domain.Tensor
		for _, v := range vectors {
			if !alike(vectors[0], v) {
				continue
			}
			tensor := side(v)[at]
			for row := range tensor.Shape()[0] {
				one, err := tensor.Rows(row, row+1)
				if err != nil {
					return nil, err
				}
				rows = append(rows, one)
			}
		}
		chosen := make([]domain.Tensor, count)
		for i := range chosen {
			chosen[i] = rows[(from+i)%len(rows)]
		}
		var err error
		if joined[at], err = domain.Concat(chosen); err != nil {
			return nil, err
		}
	}
	return joined, nil
}

// alike reports whether the rows of two vectors can be in one batch.
func alike(a, b serving.Vector) bool {
	same := func(x, y domain.Tensor) bool {
		return x.Datatype() == y.Datatype() && len(x.Shape()) == len(y.Shape()) && len(x.Shape()) > 0 && x.Shape()[1:].Equal(y.Shape()[1:])
	}
	return slices.EqualFunc(a.Inputs, b.Inputs, same) && slices.EqualFunc(a.Outputs, b.Outputs, same)
}

// readInputs reads a tensor for each input, and makes a batch of its rows.
func (t *benchTarget) readInputs(files []string, batch int) ([]domain.Tensor, error) {
	signature := t.predictor.Signature()
	vector := serving.Vector{}
	for _, name := range files {
		tensor, err := readTensorFile(name)
		if err != nil {
			return nil, err
		}
		vector.Inputs = append(vector.Inputs, tensor)
	}
	if err := signature.CheckInputs(vector.Inputs); err != nil {
		return nil, domain.Errorf(domain.KindOf(err), "--input: %w", err)
	}
	if !signature.Batched() {
		return vector.Inputs, nil
	}
	return gather([]serving.Vector{vector}, func(v serving.Vector) []domain.Tensor { return v.Inputs }, 0, batch)
}

// readTensorFile reads a tensor as NumPy or ONNX write it.
func readTensorFile(name string) (domain.Tensor, error) {
	data, err := readNamed(name)
	if err != nil {
		return domain.Tensor{}, err
	}
	return tensorOf(name, data)
}

// tensorOf returns the tensor that a file holds.
func tensorOf(name string, data []byte) (tensor domain.Tensor, err error) {
	if npy.Recognised(data) {
		tensor, err = npy.Read(data)
	} else {
		_, tensor, err = onnxfile.ReadTensor(data)
	}
	if err != nil {
		return domain.Tensor{}, &domain.Error{
			Kind: domain.Invalid, Field: name, Msg: "is no tensor", Err: err, Expected: "a file of numpy.save (.npy), or a TensorProto as in ONNX's test vectors (.pb)",
		}
	}
	return tensor, nil
}
