package grpcguard_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/portent-go/portent/adapters/transport/guard"
	"github.com/portent-go/portent/adapters/transport/guard/grpcguard"
	"github.com/portent-go/portent/domain"
)

const infer = "/inference.GRPCInferenceService/ModelInfer"

func admitter(t *testing.T, options guard.Options) func(context.Context, string) error {
	t.Helper()
	g, err := guard.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return grpcguard.Admit(g)
}

// from is a call's context with metadata, in pairs.
func from(t *testing.T, address string, pairs ...string) context.Context {
	t.Helper()
	ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs(pairs...))
	return peer.NewContext(ctx, &peer.Peer{Addr: net.TCPAddrFromAddrPort(netip.MustParseAddrPort(address))})
}

func TestOnlyHealthIsOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(path, []byte("known"), 0o600); err != nil {
		t.Fatal(err)
	}
	tokens, err := guard.OpenTokens(path)
	if err != nil {
		t.Fatal(err)
	}
	admit := admitter(t, guard.Options{Tokens: tokens})
	for method, open := range map[string]bool{
		"/grpc.health.v1.Health/Check": true, "/inference.GRPCInferenceService/ServerLive": true, "/inference.GRPCInferenceService/ServerReady": true,
		"/grpc.health.v1.Health/List": false, "/grpc.health.v1.Health/Watch": false, "/inference.GRPCInferenceService/ModelReady": false, infer: false,
		"/inference.GRPCInferenceService/ModelStreamInfer": false, "/inference.GRPCInferenceService/RepositoryModelLoad": false,
		"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo": false, "": false,
	} {
		for _, pairs := range [][]string{nil, {"authorization", "Bearer unknown"}, {"x-api-key", "unknown"}, {"authorization", "Bearer known", "authorization", "Bearer known"}} {
			if err := admit(from(t, "192.0.2.1:1", pairs...), method); (err == nil) != open || !open && domain.KindOf(err) != domain.Unauthenticated {
				t.Errorf("%s with %v: %v", method, pairs, err)
			}
		}
		for _, pairs := range [][]string{{"authorization", "Bearer known"}, {"x-api-key", "known"}} {
			if err := admit(from(t, "192.0.2.1:1", pairs...), method); err != nil {
				t.Errorf("%s with %v: %v", method, pairs, err)
			}
		}
	}
}

func TestCallersHaveTheirShares(t *testing.T) {
	admit := admitter(t, guard.Options{Rate: 1e-6, Burst: 1})
	for _, call := range []struct {
		from string
		ok   bool
	}{{"192.0.2.1:1", true}, {"192.0.2.1:2", false}, {"192.0.2.2:1", true}} {
		if err := admit(from(t, call.from), infer); (err == nil) != call.ok || !call.ok && domain.KindOf(err) != domain.RateLimited {
			t.Errorf("%s: %v", call.from, err)
		}
	}
}

func TestCertificates(t *testing.T) {
	admit := admitter(t, guard.Options{Certificate: true})
	leaf := &x509.Certificate{Raw: []byte("leaf")}
	for name, c := range map[string]struct {
		info credentials.AuthInfo
		ok   bool
	}{
		"plain text": {nil, false},
		"none":       {credentials.TLSInfo{}, false},
		"unverified": {credentials.TLSInfo{State: tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}}}, false},
		"verified":   {credentials.TLSInfo{State: tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}, VerifiedChains: [][]*x509.Certificate{{leaf}}}}, true},
	} {
		ctx := peer.NewContext(t.Context(), &peer.Peer{AuthInfo: c.info})
		if err := admit(ctx, infer); (err == nil) != c.ok || !c.ok && domain.KindOf(err) != domain.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
}
