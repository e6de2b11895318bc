package grpcapi

import (
	"context"

	"google.golang.org/grpc/tap"
)

// admit is asked for each call when its header has come, so that nothing of the
// messages of a caller who is refused is read. It runs where the connection is
// read, and holds up its other calls.
func (s *Server) admit(ctx context.Context, info *tap.Info) (context.Context, error) {
	err := s.options.Admit(ctx, info.FullMethodName)
	if err == nil {
		return ctx, nil
	}
	c, _ := newCall(ctx, info.FullMethodName)
	c.failure = err
	refused := statusOf(err, c.id)
	s.log(ctx, c, refused.Code())
	return ctx, refused.Err()
}

// admitNext is asked for each further request of a stream, since a caller's share
// is of requests, and a token can be taken back while a stream is open.
func (s *Server) admitNext(ctx context.Context) error {
	if s.options.Admit == nil {
		return nil
	}
	return s.options.Admit(ctx, callOf(ctx).method)
}
