package grpcapi

import "context"

// admit asks whether a call may go on, and of a stream also whether its next
// request may: a caller's share is of requests, and a token can be taken back while
// a stream is open.
func (s *Server) admit(ctx context.Context, method string) error {
	if s.options.Admit == nil {
		return nil
	}
	return s.options.Admit(ctx, method)
}
