// Package grpcguard puts a guard before gRPC.
package grpcguard

import (
	"context"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/guard"
)

// open are the methods that anybody may call, to ask whether the server is well.
// What lists or watches models is not among them.
var open = map[string]bool{
	grpc_health_v1.Health_Check_FullMethodName:                  true,
	inferencepb.GRPCInferenceService_ServerLive_FullMethodName:  true,
	inferencepb.GRPCInferenceService_ServerReady_FullMethodName: true,
}

// Admit returns what decides about a call from its context, which is that of the
// server's side, and its method. A call that is refused gets an error of kind
// Unauthenticated or RateLimited.
func Admit(g *guard.Guard) func(ctx context.Context, method string) error {
	return func(ctx context.Context, method string) error {
		if open[method] {
			return nil
		}
		caller := guard.Caller{Token: guard.TokenOf(
			metadata.ValueFromIncomingContext(ctx, guard.FieldAuthorization), metadata.ValueFromIncomingContext(ctx, guard.FieldAPIKey),
		)}
		if p, ok := peer.FromContext(ctx); ok {
			if p.Addr != nil {
				caller.Address = p.Addr.String()
			}
			if info, ok := p.AuthInfo.(credentials.TLSInfo); ok {
				caller.TLS = &info.State
			}
		}
		return g.Admit(caller)
	}
}
