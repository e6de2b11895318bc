package grpcapi

import (
	"context"
	"errors"
	"time"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/internal/protocol"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// transport is the name of this interface to those who observe requests.
const transport = "grpc"

// ModelInfer predicts.
func (s *Server) ModelInfer(ctx context.Context, request *inferencepb.ModelInferRequest) (response *inferencepb.ModelInferResponse, err error) {
	served, release, err := s.repository.Acquire(request.GetModelName(), request.GetModelVersion())
	if err != nil {
		s.repository.Observe(ctx, nil, serving.Observation{Transport: transport, Err: err})
		return nil, err
	}
	defer release()
	c := callOf(ctx)
	infer := inference{server: s, served: served, request: request, call: c, rows: 1}
	err = domain.Errorf(domain.Internal, "panic") // unless something else becomes of it
	defer func() {
		observation := c.timings.Observation(infer.rows, err)
		observation.Transport, observation.Input, observation.Output = transport, c.decode, c.encode
		s.repository.Observe(ctx, served, observation)
	}()
	return infer.answer(ctx)
}

// inference is one request for a prediction.
type inference struct {
	server  *Server
	served  *serving.Served
	request *inferencepb.ModelInferRequest
	call    *call
	rows    int
}

func (i *inference) answer(ctx context.Context) (*inferencepb.ModelInferResponse, error) {
	start := time.Now()
	ctx, cancel, err := withTimeout(serving.WithTimings(ctx, &i.call.timings), inferencepb.Parameters(i.request.GetParameters()))
	if err != nil {
		return nil, err
	}
	defer cancel()
	wanted, err := i.wanted()
	if err != nil {
		return nil, err
	}
	inputs, err := i.inputs()
	if err != nil {
		return nil, err
	}
	i.call.decode = time.Since(start)
	outputs, err := i.served.Model.Predict(ctx, inputs)
	if err != nil {
		return nil, ours(err)
	}
	start = time.Now()
	response, err := i.respond(wanted, outputs)
	i.call.encode = time.Since(start)
	return response, err
}

// ours makes an Error of what an engine failed with. A status of gRPC that it may
// hold is that of another server, and not for this one's caller.
func ours(err error) error {
	var known *domain.Error
	if errors.As(err, &known) {
		return err
	}
	return domain.Errorf(domain.KindOf(err), "the engine failed: %w", err)
}

// inputs returns the request's inputs in the order of the model's.
func (i *inference) inputs() ([]domain.Tensor, error) {
	sent, raw := i.request.GetInputs(), i.request.GetRawInputContents()
	if len(raw) > 0 && len(raw) != len(sent) {
		return nil, domain.Errorf(domain.Invalid, "raw_input_contents holds %d tensors for %d inputs: it must hold all of them or none", len(raw), len(sent))
	}
	specs := i.served.Model.Signature().Inputs
	inputs := make([]domain.Tensor, len(specs))
	for at, in := range sent {
		position, err := protocol.PositionOf("input", specs, in.GetName())
		if err != nil {
			return nil, err
		}
		if !inputs[position].IsZero() {
			return nil, &domain.Error{Kind: domain.Invalid, Field: in.GetName(), Msg: "is given twice"}
		}
		if err := inferencepb.Named(in.GetName(), inferencepb.Parameters(in.GetParameters()).NoSharedMemory()); err != nil {
			return nil, err
		}
		if err := fits(specs[position], in); err != nil {
			return nil, err
		}
		if len(raw) > 0 {
			inputs[position], err = inferencepb.Raw(in, raw[at])
		} else {
			inputs[position], err = inferencepb.Typed(in)
		}
		if err != nil {
			return nil, err
		}
	}
	rows, err := protocol.Rows(i.served.Model.Signature(), inputs, i.server.options.MaxBatch)
	i.rows = rows
	return inputs, err
}

// fits says whether an input is what the model asks for, before its elements are
// looked at.
func fits(spec domain.TensorSpec, in *inferencepb.ModelInferRequest_InferInputTensor) error {
	sent, err := inferencepb.Spec(in)
	if err != nil {
		return err
	}
	if sent.Datatype != spec.Datatype {
		return &domain.Error{
			Kind: domain.Invalid, Field: spec.Name, Msg: "has datatype " + sent.Datatype.String() + ", expected " + spec.Datatype.String(),
			Expected: spec.Datatype.String(), Got: sent.Datatype.String(),
		}
	}
	return spec.CheckShape(sent.Shape)
}
