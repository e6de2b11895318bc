package grpcapi_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/portent-go/portent/ports/predictortest"
)

func TestStreamsAreAnsweredInOrder(t *testing.T) {
	stream, err := over(t, predictortest.NewFake(signature())).ModelStreamInfer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bad := typed(1, 2, 3, 4)
	bad.Inputs[0].Name = "z"
	requests := []*request{typed(1, 2, 3, 4), bad, raw(t, 5, 6, 7, 8)}
	for i, r := range requests {
		r.Id = string(rune('a' + i))
		if err := stream.Send(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	for i, r := range requests {
		got, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if got.GetInferResponse().GetId() != r.Id || !got.GetInferResponse().GetParameters()["triton_final_response"].GetBoolParam() {
			t.Errorf("answer %d is %v", i, got)
		}
		if failed := i == 1; failed != strings.Contains(got.GetErrorMessage(), "z: is no input") || failed == (len(got.GetInferResponse().GetOutputs()) == 1) {
			t.Errorf("answer %d is %v", i, got)
		}
	}
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last: %v", err)
	}
}

func TestStreamsThatAreBroken(t *testing.T) {
	stream, err := over(t, predictortest.NewFake(signature())).ModelStreamInfer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	endless := typed(1, 2, 3, 4)
	endless.Inputs = many(&input{}, 2000)
	if err := stream.Send(endless); err != nil {
		t.Fatal(err)
	}
	_, err = stream.Recv()
	expectCode(t, "a message that is refused as a whole", err, codes.Internal)
}
