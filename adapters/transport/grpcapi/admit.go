package grpcapi

import (
	"context"
	"slices"

	"google.golang.org/grpc"
)

// admit asks whether a call may go on, and of a stream also whether its next
// request may: a caller's share is of requests, and a token can be taken back while
// a stream is open.
func (s *Server) admit(ctx context.Context, method string) error {
	if s.options.Admit == nil {
		return nil
	}
	return s.options.Admit(ctx, method)
}

// admitting registers services with a server such that each call goes through around
// before anything of it is read. An interceptor of gRPC's for calls with one request
// would run when that has been read already, of whatever size: here such calls are
// streams of one request, so that a caller which is not admitted sends no more than
// the network holds by then. On the network there is no difference.
type admitting struct {
	*grpc.Server
	around grpc.StreamServerInterceptor
}

// RegisterService registers a service.
func (a admitting) RegisterService(described *grpc.ServiceDesc, service any) {
	registered := *described
	registered.Methods, registered.Streams = nil, slices.Clone(described.Streams)
	for _, method := range described.Methods {
		registered.Streams = append(registered.Streams, grpc.StreamDesc{StreamName: method.MethodName, Handler: one(method)})
	}
	for i, stream := range registered.Streams {
		info := &grpc.StreamServerInfo{
			FullMethod: "/" + described.ServiceName + "/" + stream.StreamName, IsClientStream: stream.ClientStreams, IsServerStream: stream.ServerStreams,
		}
		registered.Streams[i].Handler = func(service any, call grpc.ServerStream) error {
			return a.around(service, call, info, stream.Handler)
		}
	}
	a.Server.RegisterService(&registered, service)
}

// one returns what receives one request and sends one answer.
func one(method grpc.MethodDesc) grpc.StreamHandler {
	return func(service any, stream grpc.ServerStream) error {
		answer, err := method.Handler(service, stream.Context(), stream.RecvMsg, nil)
		if err != nil {
			return err
		}
		return stream.SendMsg(answer)
	}
}
