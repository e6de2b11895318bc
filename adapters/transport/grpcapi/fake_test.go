package grpcapi_test

import (
	"context"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/grpcapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports"
	"github.com/portent-go/portent/ports/predictortest"
)

// Shorter names for what the tests are full of.
type (
	request  = inferencepb.ModelInferRequest
	response = inferencepb.ModelInferResponse
	input    = inferencepb.ModelInferRequest_InferInputTensor
	output   = inferencepb.ModelInferRequest_InferRequestedOutputTensor
	contents = inferencepb.InferTensorContents
	value    = inferencepb.InferParameter
	client   = inferencepb.GRPCInferenceServiceClient
)

func signature() domain.Signature {
	return domain.Signature{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 4}}},
		Outputs: []domain.TensorSpec{{Name: "y", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 3}}},
	}
}

// echo answers with its inputs.
type echo struct{ *predictortest.Fake }

func newEcho(specs ...domain.TensorSpec) *echo {
	return &echo{Fake: predictortest.NewFake(domain.Signature{Inputs: specs, Outputs: specs})}
}

func (e *echo) Predict(_ context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	outputs := make([]domain.Tensor, len(inputs))
	for i, t := range inputs {
		outputs[i] = t.Clone()
	}
	return outputs, nil
}

func served(p ports.Predictor) *serving.Served {
	return &serving.Served{Name: "m", Version: "3", Model: serving.NewModel(p, serving.Options{Concurrency: 4}), Stats: new(serving.Statistics)}
}

// classifying returns a classifier with labels over a fake.
func classifying(t testing.TB) *serving.Served {
	t.Helper()
	card := serving.Card{Name: "m", Version: "3", Labels: domain.Labels{"ant", "bee", "cow"}}
	classifier, err := serving.NewClassifier(predictortest.NewFake(signature()), card, serving.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &serving.Served{Name: "m", Version: "3", Card: card, Model: classifier.Model(), Classifier: classifier, Stats: new(serving.Statistics)}
}

// start serves a repository on a free port until the test ends.
func start(t testing.TB, repository *serving.Repository, options grpcapi.Options) (*grpcapi.Server, string) {
	t.Helper()
	server, err := grpcapi.New(repository, options)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := repository.Close(); err != nil {
			t.Error(err)
		}
	})
	return server, listener.Addr().String()
}

// dial connects to a server until the test ends.
func dial(t testing.TB, address string, options ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	if len(options) == 0 {
		options = append(options, grpc.WithTransportCredentials(insecure.NewCredentials()))
	}
	connection, err := grpc.NewClient(address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := connection.Close(); err != nil {
			t.Error(err)
		}
	})
	return connection
}

// over returns a client of a server that serves one model.
func over(t testing.TB, p ports.Predictor) client {
	t.Helper()
	_, address := start(t, serving.Single(served(p)), grpcapi.Options{})
	return inferencepb.NewGRPCInferenceServiceClient(dial(t, address))
}

// typed is a request with one row of elements that are not raw.
func typed(values ...float32) *request {
	return &request{ModelName: "m", Inputs: []*input{{
		Name: "x", Datatype: "FP32", Shape: []int64{int64(len(values) / 4), 4}, Contents: &contents{Fp32Contents: values},
	}}}
}

// raw is the same with raw elements.
func raw(t testing.TB, values ...float32) *request {
	t.Helper()
	r := typed(values...)
	data, err := openinference.AppendRaw(nil, tensor(t, values...))
	if err != nil {
		t.Fatal(err)
	}
	r.Inputs[0].Contents, r.RawInputContents = nil, [][]byte{data}
	return r
}

func tensor[T domain.Element](t testing.TB, data ...T) domain.Tensor {
	t.Helper()
	tensor, err := domain.NewTensor(domain.Shape{len(data)}, data)
	if err != nil {
		t.Fatal(err)
	}
	return tensor
}

// expectCode compares an error's code.
func expectCode(t testing.TB, what string, err error, want codes.Code) {
	t.Helper()
	if status.Code(err) != want {
		t.Errorf("%s: %v, expected code %v", what, err, want)
	}
}
