package openinference

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
)

// FuzzAnswer reads any answer of a server: outputs that are what the signature
// says, or an error that blames the server.
func FuzzAnswer(f *testing.F) {
	e := &Engine{signature: small()}
	out := &inferencepb.ModelInferResponse_InferOutputTensor{Name: "y", Datatype: "FP32", Shape: []int64{1}}
	typed := proto.Clone(out).(*inferencepb.ModelInferResponse_InferOutputTensor)
	typed.Contents = &inferencepb.InferTensorContents{Fp32Contents: []float32{1}}
	for _, seed := range []*inferencepb.ModelInferResponse{
		{Outputs: []*inferencepb.ModelInferResponse_InferOutputTensor{out}, RawOutputContents: [][]byte{make([]byte, 4)}},
		{Outputs: []*inferencepb.ModelInferResponse_InferOutputTensor{typed}},
	} {
		message, err := proto.Marshal(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		response := new(inferencepb.ModelInferResponse)
		if proto.Unmarshal(message, response) != nil {
			return
		}
		answer, err := outputsOf(response)
		if err == nil {
			var outputs []domain.Tensor
			if outputs, err = e.order(answer); err == nil {
				err = small().Outputs[0].Check(outputs[0])
				if err != nil || len(outputs) != 1 {
					t.Errorf("%v %v", outputs, err)
				}
				return
			}
		}
		if domain.KindOf(err) != domain.Internal {
			t.Errorf("%v", err)
		}
	})
}
