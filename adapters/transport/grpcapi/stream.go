package grpcapi

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
)

// finalParameter tells clients of streams that nothing more comes for a request.
const finalParameter = "triton_final_response"

// ModelStreamInfer predicts for each request of a stream, one after the other. A
// request that fails is answered with its error, and the stream goes on.
func (s *Server) ModelStreamInfer(stream grpc.BidiStreamingServer[inferencepb.ModelInferRequest, inferencepb.ModelStreamInferResponse]) error {
	for first := true; ; first = false {
		request, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		response := s.answerInStream(stream.Context(), request, first)
		if err := domain.FromContext(stream.Context(), "answering"); err != nil {
			return err
		}
		if err := stream.Send(response); err != nil {
			return err
		}
	}
}

// answerInStream answers one request of a stream, which has a line of its own in
// the log. The first has been admitted with the stream.
func (s *Server) answerInStream(ctx context.Context, request *inferencepb.ModelInferRequest, first bool) *inferencepb.ModelStreamInferResponse {
	c := &call{method: callOf(ctx).method, id: callOf(ctx).id, start: time.Now()}
	ctx = context.WithValue(ctx, callKey{}, c)
	response := new(inferencepb.ModelStreamInferResponse)
	err := s.guarded(ctx, c, func() (err error) {
		if !first {
			if err := s.admit(ctx, c.method); err != nil {
				return err
			}
		}
		response.InferResponse, err = s.ModelInfer(ctx, request)
		return err
	})
	if err != nil {
		response.ErrorMessage = status.Convert(err).Message()
		response.InferResponse = &inferencepb.ModelInferResponse{Id: request.GetId()}
	}
	response.InferResponse.Parameters = map[string]*inferencepb.InferParameter{finalParameter: {ParameterChoice: &inferencepb.InferParameter_BoolParam{BoolParam: true}}}
	return response
}
