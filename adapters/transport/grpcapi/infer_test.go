package grpcapi_test

import (
	"context"
	"reflect"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding/gzip"

	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/grpcapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// directly returns what the fake answers without a server.
func directly(t *testing.T, values ...float32) []float32 {
	t.Helper()
	in, err := tensor(t, values...).Reshape(domain.Shape{len(values) / 4, 4})
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := predictortest.NewFake(signature()).Predict(t.Context(), []domain.Tensor{in})
	if err != nil {
		t.Fatal(err)
	}
	data, _ := domain.Data[float32](outputs[0])
	return data
}

func TestAnswersComeAsRequestsDo(t *testing.T) {
	c := over(t, predictortest.NewFake(signature()))
	values := []float32{1, -2, 3.5, 0.25, 0, 1, 2, 3}
	want := directly(t, values...)
	for name, r := range map[string]*request{"typed": typed(values...), "raw": raw(t, values...)} {
		r.Id, r.ModelVersion = "the id", "3"
		got, err := c.ModelInfer(t.Context(), r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out := got.GetOutputs()[0]
		if got.GetModelName() != "m" || got.GetModelVersion() != "3" || got.GetId() != "the id" || len(got.GetOutputs()) != 1 ||
			out.GetName() != "y" || out.GetDatatype() != "FP32" || !reflect.DeepEqual(out.GetShape(), []int64{2, 3}) {
			t.Errorf("%s: %v", name, got)
		}
		read := inferencepb.Typed
		if name == "raw" {
			read = func(d inferencepb.Described) (domain.Tensor, error) {
				return inferencepb.Raw(d, got.GetRawOutputContents()[0])
			}
		}
		y, err := read(out)
		if data, _ := domain.Data[float32](y); err != nil || !reflect.DeepEqual(data, want) || (out.GetContents() != nil) != (name == "typed") {
			t.Errorf("%s: %v %v, expected %v", name, data, err, want)
		}
	}
}

// TestEveryDatatypeComesThrough echoes tensors of all datatypes, in another order
// than the model's.
func TestEveryDatatypeComesThrough(t *testing.T) {
	sent := []domain.Tensor{
		tensor(t, true, false), tensor[uint8](t, 0, 255), tensor[uint16](t, 0, 65535), tensor[uint32](t, 0, 1<<32-1), tensor[uint64](t, 0, 1<<64-1),
		tensor[int8](t, -128, 127), tensor[int16](t, -32768, 32767), tensor[int32](t, -1<<31, 1<<31-1), tensor[int64](t, -1<<63, 1<<63-1),
		tensor[float32](t, 1.5, -0.1), tensor(t, 1e300, -0.1), tensor(t, "\x00\xff", ""), tensor[domain.Float16](t, 0x3c00, 0x7e01), tensor[domain.BFloat16](t, 0x3f80, 0xffff),
	}
	specs := make([]domain.TensorSpec, len(sent))
	for i, s := range sent {
		specs[i] = domain.TensorSpec{Name: s.Datatype().String(), Datatype: s.Datatype(), Shape: s.Shape()}
	}
	for name, count := range map[string]int{"typed": len(sent) - 2, "raw": len(sent)} {
		c, r := over(t, newEcho(specs[:count]...)), &request{}
		for i := count - 1; i >= 0; i-- {
			in := &input{Name: specs[i].Name, Datatype: specs[i].Name, Shape: []int64{2}}
			if name == "raw" {
				data, err := openinference.AppendRaw(nil, sent[i])
				if err != nil {
					t.Fatal(err)
				}
				r.RawInputContents = append(r.RawInputContents, data)
			} else {
				in.Contents, _ = inferencepb.Contents(sent[i])
			}
			r.Inputs = append(r.Inputs, in)
		}
		got, err := c.ModelInfer(t.Context(), r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, out := range got.GetOutputs() {
			if back, err := decoded(got, i); err != nil || !reflect.DeepEqual(back, sent[i]) {
				t.Errorf("%s: %s is %v %v, expected %v", name, out.GetName(), back, err, sent[i])
			}
		}
	}
}

// decoded returns an output of an answer, whichever way it came.
func decoded(r *response, i int) (domain.Tensor, error) {
	if len(r.GetRawOutputContents()) > 0 {
		return inferencepb.Raw(r.GetOutputs()[i], r.GetRawOutputContents()[i])
	}
	return inferencepb.Typed(r.GetOutputs()[i])
}

// TestWhatHasNoTypedFormComesRaw asks typed for halves.
func TestWhatHasNoTypedFormComesRaw(t *testing.T) {
	specs := []domain.TensorSpec{{Name: "n", Datatype: domain.INT8, Shape: domain.Shape{1}}, {Name: "h", Datatype: domain.FP16, Shape: domain.Shape{1}}}
	p := &constant{Fake: predictortest.NewFake(domain.Signature{Inputs: specs[:1], Outputs: specs}), outputs: []domain.Tensor{tensor[int8](t, 1), tensor[domain.Float16](t, 2)}}
	r := &request{Inputs: []*input{{Name: "n", Datatype: "INT8", Shape: []int64{1}, Contents: &contents{IntContents: []int32{1}}}}}
	c := over(t, p)
	got, err := c.ModelInfer(t.Context(), r)
	if err != nil || len(got.GetRawOutputContents()) != 2 || got.GetOutputs()[0].GetContents() != nil {
		t.Errorf("%v %v", got, err)
	}
	r.Outputs = []*output{{Name: "n"}}
	if got, err = c.ModelInfer(t.Context(), r); err != nil || len(got.GetRawOutputContents()) != 0 || len(got.GetOutputs()) != 1 || got.GetOutputs()[0].GetContents().GetIntContents()[0] != 1 {
		t.Errorf("without the half: %v %v", got, err)
	}
}

func TestOutputsInTheOrderAskedFor(t *testing.T) {
	specs := []domain.TensorSpec{{Name: "a", Datatype: domain.INT32, Shape: domain.Shape{1}}, {Name: "b", Datatype: domain.INT32, Shape: domain.Shape{1}}}
	r := &request{Inputs: []*input{
		{Name: "a", Datatype: "INT32", Shape: []int64{1}, Contents: &contents{IntContents: []int32{1}}},
		{Name: "b", Datatype: "INT32", Shape: []int64{1}, Contents: &contents{IntContents: []int32{2}}},
	}, Outputs: []*output{{Name: "b"}, {Name: "a"}}}
	got, err := over(t, newEcho(specs...)).ModelInfer(t.Context(), r)
	if err != nil || len(got.GetOutputs()) != 2 || got.GetOutputs()[0].GetName() != "b" || got.GetOutputs()[0].GetContents().GetIntContents()[0] != 2 {
		t.Errorf("%v %v", got, err)
	}
}

func TestCompressedRequests(t *testing.T) {
	values := make([]float32, 4*100)
	got, err := over(t, predictortest.NewFake(signature())).ModelInfer(t.Context(), raw(t, values...), grpc.UseCompressor(gzip.Name))
	if err != nil || len(got.GetRawOutputContents()[0]) != 1200 {
		t.Errorf("%v %v", got, err)
	}
}

func TestClassification(t *testing.T) {
	_, address := start(t, serving.Single(classifying(t)), grpcapi.Options{})
	c := inferencepb.NewGRPCInferenceServiceClient(dial(t, address))
	ask := func(k int64) *response {
		r := raw(t, 1, 0, 0, 0, 0, 0, 0, 0)
		r.Outputs = []*output{{Name: "y", Parameters: map[string]*value{"classification": {ParameterChoice: &inferencepb.InferParameter_Int64Param{Int64Param: k}}}}}
		got, err := c.ModelInfer(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	// The fake's weights of the first element are -8, 5 and 1, in 64ths.
	for k, want := range map[int64][]string{
		2: {"0.078125:1:bee", "0.015625:2:cow", "0:0:ant", "0:1:bee"},
		9: {"0.078125:1:bee", "0.015625:2:cow", "-0.125:0:ant", "0:0:ant", "0:1:bee", "0:2:cow"},
	} {
		got := ask(k)
		y, err := decoded(got, 0)
		if texts, _ := domain.Data[string](y); err != nil || !reflect.DeepEqual(texts, want) || !reflect.DeepEqual(got.GetOutputs()[0].GetShape(), []int64{2, int64(len(want) / 2)}) {
			t.Errorf("%d classes: %q %v, expected %q", k, texts, err, want)
		}
	}
	if got := ask(0); got.GetOutputs()[0].GetDatatype() != "FP32" {
		t.Errorf("0 classes: %v", got)
	}
}

func TestClassificationWithoutLabels(t *testing.T) {
	one := func(spec domain.TensorSpec, out domain.Tensor) (*response, error) {
		in := domain.TensorSpec{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{1, 4}}
		p := &constant{Fake: predictortest.NewFake(domain.Signature{Inputs: []domain.TensorSpec{in}, Outputs: []domain.TensorSpec{spec}}), outputs: []domain.Tensor{out}}
		r := typed(1, 2, 3, 4)
		r.Outputs = []*output{{Name: spec.Name, Parameters: map[string]*value{"classification": {ParameterChoice: &inferencepb.InferParameter_Uint64Param{Uint64Param: 1}}}}}
		return over(t, p).ModelInfer(t.Context(), r)
	}
	for want, out := range map[string]domain.Tensor{"0.1:1": tensor(t, -1, 0.1), "1:0": tensor[domain.Float16](t, 0x3c00, 0), "-1:1": tensor[domain.BFloat16](t, 0xff80, 0xbf80)} {
		got, err := one(domain.TensorSpec{Name: "y", Datatype: out.Datatype(), Shape: domain.Shape{2}}, out)
		if err != nil || string(got.GetOutputs()[0].GetContents().GetBytesContents()[0]) != want || !reflect.DeepEqual(got.GetOutputs()[0].GetShape(), []int64{1}) {
			t.Errorf("%v %v, expected %s", got, err, want)
		}
	}
}

// constant answers always the same.
type constant struct {
	*predictortest.Fake
	outputs []domain.Tensor
}

func (c *constant) Predict(context.Context, []domain.Tensor) ([]domain.Tensor, error) {
	return c.outputs, nil
}
