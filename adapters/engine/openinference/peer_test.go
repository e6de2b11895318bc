package openinference_test

import (
	"context"
	"net"
	"slices"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/portent-go/portent/adapters/engine/openinference"
	wire "github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports/predictortest"
)

// peer is a server that does as a test says, by default what a fake computes.
type peer struct {
	inferencepb.UnimplementedGRPCInferenceServiceServer
	signature domain.Signature
	fake      *predictortest.Fake
	metadata  *inferencepb.ModelMetadataResponse // instead of the signature's
	infer     func(ctx context.Context, r *inferencepb.ModelInferRequest) (*inferencepb.ModelInferResponse, error)
	notReady  atomic.Bool
	calls     atomic.Int64
	looks     chan struct{} // of health, if not nil
	typed     bool          // answer typed
}

func signature() domain.Signature {
	return domain.Signature{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 4}}},
		Outputs: []domain.TensorSpec{{Name: "y", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 3}}, {Name: "z", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 2}}},
	}
}

type wantedOutput = inferencepb.ModelInferRequest_InferRequestedOutputTensor

func newPeer() *peer {
	return &peer{signature: signature(), fake: predictortest.NewFake(signature())}
}

func (p *peer) ServerMetadata(context.Context, *inferencepb.ServerMetadataRequest) (*inferencepb.ServerMetadataResponse, error) {
	return &inferencepb.ServerMetadataResponse{Name: "peer", Version: "7"}, nil
}

func (p *peer) ModelReady(ctx context.Context, _ *inferencepb.ModelReadyRequest) (*inferencepb.ModelReadyResponse, error) {
	if p.looks != nil {
		select {
		case p.looks <- struct{}{}:
		case <-ctx.Done():
		}
	}
	return &inferencepb.ModelReadyResponse{Ready: !p.notReady.Load()}, nil
}

func (p *peer) ModelMetadata(_ context.Context, r *inferencepb.ModelMetadataRequest) (*inferencepb.ModelMetadataResponse, error) {
	if r.GetName() != "m" {
		return nil, status.Error(codes.NotFound, "there is no model "+r.GetName())
	}
	if p.metadata != nil {
		return p.metadata, nil
	}
	answer := &inferencepb.ModelMetadataResponse{Name: "m", Platform: "peer_v1"}
	for _, spec := range p.signature.Inputs {
		answer.Inputs = append(answer.Inputs, described(spec))
	}
	for _, spec := range p.signature.Outputs {
		answer.Outputs = append(answer.Outputs, described(spec))
	}
	return answer, nil
}

func described(spec domain.TensorSpec) *inferencepb.ModelMetadataResponse_TensorMetadata {
	return &inferencepb.ModelMetadataResponse_TensorMetadata{Name: spec.Name, Datatype: spec.Datatype.String(), Shape: wide(spec.Shape)}
}

func wide(shape domain.Shape) []int64 {
	wide := make([]int64, len(shape))
	for i, n := range shape {
		wide[i] = int64(n)
	}
	return wide
}

func (p *peer) ModelInfer(ctx context.Context, r *inferencepb.ModelInferRequest) (*inferencepb.ModelInferResponse, error) {
	p.calls.Add(1)
	if p.infer != nil {
		return p.infer(ctx, r)
	}
	return p.compute(ctx, r)
}

// compute answers with what the fake says, with the outputs that were asked for, in
// another order than the signature's.
func (p *peer) compute(ctx context.Context, r *inferencepb.ModelInferRequest) (*inferencepb.ModelInferResponse, error) {
	inputs := make([]domain.Tensor, len(r.GetInputs()))
	for i, in := range r.GetInputs() {
		var err error
		if inputs[i], err = inferencepb.Raw(in, r.GetRawInputContents()[i]); err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
	}
	outputs, err := p.fake.Predict(ctx, inputs)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	answer := &inferencepb.ModelInferResponse{ModelName: "m"}
	for i := len(outputs) - 1; i >= 0; i-- {
		if !slices.ContainsFunc(r.GetOutputs(), func(wanted *wantedOutput) bool { return wanted.GetName() == p.signature.Outputs[i].Name }) {
			continue
		}
		out := &inferencepb.ModelInferResponse_InferOutputTensor{Name: p.signature.Outputs[i].Name, Datatype: "FP32", Shape: wide(outputs[i].Shape())}
		if p.typed {
			out.Contents, _ = inferencepb.Contents(outputs[i])
		} else {
			data, _ := wire.AppendRaw(nil, outputs[i])
			answer.RawOutputContents = append(answer.RawOutputContents, data)
		}
		answer.Outputs = append(answer.Outputs, out)
	}
	return answer, nil
}

// serve serves a peer on a free port until the test ends, and returns its address
// and how to stop it at once.
func (p *peer) serve(t testing.TB, options ...grpc.ServerOption) (address string, stop func()) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(options...)
	inferencepb.RegisterGRPCInferenceServiceServer(server, p)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String(), server.Stop
}

// open opens an engine until the test ends.
func open(t testing.TB, options openinference.Options) *openinference.Engine {
	t.Helper()
	if options.Model == "" {
		options.Model = "m"
	}
	if options.HealthInterval == 0 {
		options.HealthInterval = -1
	}
	engine, err := openinference.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return engine
}

// row is one row of input.
func row(t testing.TB) []domain.Tensor {
	t.Helper()
	return rows(t, 1)
}

// rows are so many rows of input.
func rows(t testing.TB, n int) []domain.Tensor {
	t.Helper()
	values := make([]float32, 4*n)
	for i := range values {
		values[i] = float32(i%5) - 1.5
	}
	x, err := domain.NewTensor(domain.Shape{n, 4}, values)
	if err != nil {
		t.Fatal(err)
	}
	return []domain.Tensor{x}
}
