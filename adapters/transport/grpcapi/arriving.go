package grpcapi

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"github.com/portent-go/portent/domain"
)

// arrivingStream is a call with one request, which must arrive in time: a client that
// sends it ever so slowly does not keep its place.
type arrivingStream struct {
	grpc.ServerStream
	ctx     context.Context
	longest time.Duration
}

// Context returns the call's context.
func (s *arrivingStream) Context() context.Context { return s.ctx }

// RecvMsg waits for the request. A receive that takes too long is left behind: it
// returns when the call ends, which it does when the handler returns.
func (s *arrivingStream) RecvMsg(message any) error {
	arrived := receive(s.ServerStream, message)
	timer := time.NewTimer(s.longest)
	defer timer.Stop()
	select {
	case r := <-arrived:
		return r.result()
	case <-timer.C:
		return &domain.Error{Kind: domain.Timeout, Msg: "the request did not arrive in time"}
	}
}
