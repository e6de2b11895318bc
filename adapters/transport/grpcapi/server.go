package grpcapi

import (
	"context"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	_ "google.golang.org/grpc/encoding/gzip" // clients may compress what they send
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// Limits of a connection against slow, idle and hostile clients.
const (
	handshakeTimeout = 5 * time.Second // of TLS and of HTTP/2; then it may idle
	maxHeaderBytes   = 64 << 10
	idleTimeout      = 2 * time.Minute
	pingAfter        = time.Minute // of silence, to find out whether the client is still there
	pingTimeout      = 20 * time.Second
	leastPing        = 10 * time.Second // between a client's own pings
)

// Server serves a repository's models. It is safe for concurrent use.
type Server struct {
	inferencepb.UnimplementedGRPCInferenceServiceServer
	repository *serving.Repository
	options    Options
	grpc       *grpc.Server
	stopping   chan struct{} // closed by Shutdown
	stop       sync.Once
}

// New returns a Server of a repository, which stays the caller's to close.
// Negative limits are an error of kind Invalid.
func New(repository *serving.Repository, options Options) (*Server, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{repository: repository, options: options, stopping: make(chan struct{})}
	s.grpc = grpc.NewServer(s.serverOptions()...)
	services := admitting{s.grpc, s.around}
	inferencepb.RegisterGRPCInferenceServiceServer(services, s)
	grpc_health_v1.RegisterHealthServer(services, &health{server: s})
	reflection.Register(services)
	return s, nil
}

func (s *Server) serverOptions() []grpc.ServerOption {
	options := []grpc.ServerOption{
		grpc.ForceServerCodecV2(newCodec()),
		grpc.MaxRecvMsgSize(s.options.MaxMessage),
		grpc.MaxConcurrentStreams(uint32(s.options.MaxStreams)),
		grpc.MaxHeaderListSize(maxHeaderBytes),
		grpc.ConnectionTimeout(handshakeTimeout),
		grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionIdle: idleTimeout, Time: pingAfter, Timeout: pingTimeout}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: leastPing, PermitWithoutStream: true}),
	}
	if s.options.Stats != nil {
		options = append(options, grpc.StatsHandler(s.options.Stats))
	}
	if s.options.TLS != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(s.options.TLS)))
	}
	return options
}

// Serve answers the connections that a listener accepts, and closes it in the end.
// It returns nil after Shutdown.
func (s *Server) Serve(listener net.Listener) error {
	if err := s.grpc.Serve(listener); err != nil {
		return domain.Errorf(domain.Internal, "serving gRPC on %v: %w", listener.Addr(), err)
	}
	return nil
}

// Shutdown takes no more connections and calls, ends streams that are not in the
// middle of an answer, and waits for the calls under way. Those that are not
// answered when the context ends are broken off; the error is then of kind Timeout
// or Canceled.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stop.Do(func() { close(s.stopping) })
	stopped := make(chan struct{})
	go func() {
		s.grpc.GracefulStop()
		close(stopped)
	}()
	select {
	case <-stopped:
		return nil
	case <-ctx.Done():
		go s.grpc.Stop() // which waits for handshakes in its turn
		return domain.FromContext(ctx, "answering the calls under way")
	}
}
