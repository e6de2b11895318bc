package grpcapi

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/tap"
)

// entrance decides about a call from its headers, before anything of its requests is
// read: a caller that is not known sends no more than the network holds by then. It
// runs while the connection is read, so it must not wait.
func (s *Server) entrance(ctx context.Context, info *tap.Info) (context.Context, error) {
	if s.options.Admit != nil {
		c, ctx := newCall(ctx, info.FullMethodName)
		if c.failure = s.recovered(ctx, c, func() error { return s.admit(ctx, c.method) }); c.failure != nil {
			refused := statusOf(c.failure, c.id)
			s.log(ctx, c, refused.Code())
			return nil, refused.Err()
		}
	}
	if s.streams[info.FullMethodName] {
		return ctx, nil // clients may open one long before they have a request for it
	}
	return awaitRequest(ctx, s.options.ReceiveTimeout), nil
}

// clientStreams returns the methods to which clients send any number of requests.
func clientStreams(server *grpc.Server) map[string]bool {
	streams := make(map[string]bool)
	for service, info := range server.GetServiceInfo() {
		for _, method := range info.Methods {
			if method.IsClientStream {
				streams["/"+service+"/"+method.Name] = true
			}
		}
	}
	return streams
}

// admit asks whether a call may go on, and of a stream also whether its next
// request may: a caller's share is of requests, and a token can be taken back while
// a stream is open.
func (s *Server) admit(ctx context.Context, method string) error {
	if s.options.Admit == nil {
		return nil
	}
	return s.options.Admit(ctx, method)
}
