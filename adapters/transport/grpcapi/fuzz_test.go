package grpcapi

import (
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// FuzzInfer asks with any message: the answer is sound, or an error that is not the
// server's fault.
func FuzzInfer(f *testing.F) {
	predictor := predictortest.NewFake(domain.Signature{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 2}}},
		Outputs: []domain.TensorSpec{{Name: "y", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 2}}},
	})
	server, err := New(serving.Single(&serving.Served{Name: "m", Version: "1", Model: serving.NewModel(predictor, serving.Options{}), Stats: new(serving.Statistics)}), Options{})
	if err != nil {
		f.Fatal(err)
	}
	in := &inferencepb.ModelInferRequest_InferInputTensor{Name: "x", Datatype: "FP32", Shape: []int64{1, 2}}
	whole := func(n int64) map[string]*inferencepb.InferParameter {
		return map[string]*inferencepb.InferParameter{"classification": {ParameterChoice: &inferencepb.InferParameter_Int64Param{Int64Param: n}}}
	}
	raw := &inferencepb.ModelInferRequest{Inputs: []*inferencepb.ModelInferRequest_InferInputTensor{in}, RawInputContents: [][]byte{make([]byte, 8)}}
	typed := proto.Clone(raw).(*inferencepb.ModelInferRequest)
	typed.RawInputContents, typed.Inputs[0].Contents = nil, &inferencepb.InferTensorContents{Fp32Contents: []float32{1, 2}}
	typed.Outputs = []*inferencepb.ModelInferRequest_InferRequestedOutputTensor{{Name: "y", Parameters: whole(1)}}
	for _, seed := range []*inferencepb.ModelInferRequest{raw, typed} {
		message, err := proto.Marshal(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		request := new(inferencepb.ModelInferRequest)
		if newCodec().Unmarshal(mem.BufferSlice{mem.SliceBuffer(message)}, request) != nil {
			return
		}
		response, err := server.ModelInfer(t.Context(), request)
		if err == nil {
			if _, err := proto.Marshal(response); err != nil || len(response.GetOutputs()) == 0 {
				t.Errorf("%v %v", response, err)
			}
			return
		}
		told := statusOf(err, "id")
		if _, err := proto.Marshal(told.Proto()); err != nil || told.Code() == codes.OK || told.Code() == codes.Internal {
			t.Errorf("%v", status.Convert(told.Err()))
		}
	})
}
