package grpcapi

import (
	"context"

	"google.golang.org/grpc"

	"github.com/portent-go/portent/domain"
)

// endingStream is a stream that hands out no further request once the server
// stops, so that a client which keeps its stream open does not keep the server.
type endingStream struct {
	grpc.ServerStream
	ctx      context.Context
	stopping <-chan struct{}
}

// Context returns the call's context.
func (s *endingStream) Context() context.Context { return s.ctx }

// RecvMsg waits for the client's next request or the server's end. A receive that
// is under way at the end is left behind: it returns when the stream ends, which it
// does when the handler returns.
func (s *endingStream) RecvMsg(message any) error {
	next := receive(s.ServerStream, message)
	select {
	case r := <-next:
		return r.result()
	case <-s.stopping:
	}
	select {
	case r := <-next:
		return r.result()
	default:
		return errStopping()
	}
}

func errStopping() error {
	return &domain.Error{Kind: domain.Unavailable, Msg: "the server is being shut down", Hint: "open a new stream, to another server"}
}
