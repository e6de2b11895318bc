package openinference_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/portent-go/portent/adapters/engine/openinference"
	"github.com/portent-go/portent/domain"
)

// guarded refuses calls without the token.
func guarded(token string) grpc.ServerOption {
	return grpc.UnaryInterceptor(func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		if got := metadata.ValueFromIncomingContext(ctx, "authorization"); len(got) != 1 || got[0] != "Bearer "+token {
			return nil, status.Errorf(codes.Unauthenticated, "%q is wrong", got)
		}
		return handle(ctx, request)
	})
}

func TestTokenAndTLS(t *testing.T) {
	lender := httptest.NewTLSServer(nil) // of a certificate
	defer lender.Close()
	roots := x509.NewCertPool()
	roots.AddCert(lender.Certificate())
	address, _ := newPeer().serve(t, guarded("hunter2"), grpc.Creds(credentials.NewTLS(&tls.Config{Certificates: lender.TLS.Certificates})))
	var log bytes.Buffer
	options := openinference.Options{
		Endpoints: []string{"grpcs://" + address}, Model: "m", HealthInterval: -1, TLS: &tls.Config{RootCAs: roots},
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	told := func(err error) string { return fmt.Sprintf("%v %+v %#v %+v %s", err, err, options, options, &log) }
	options.Token = openinference.StaticToken("hunter2")
	if _, err := open(t, options).Predict(t.Context(), row(t)); err != nil {
		t.Error(err)
	}
	if text := told(nil); strings.Contains(text, "hunter2") {
		t.Errorf("the token is told: %s", text)
	}
	options.Token = openinference.StaticToken("hunter3")
	_, err := openinference.Open(t.Context(), options)
	if domain.KindOf(err) != domain.Unavailable || !strings.Contains(err.Error(), "credentials") {
		t.Errorf("%v", err)
	}
	untrusting := options
	untrusting.TLS = nil // the system's authorities do not know the lender
	if _, err := openinference.Open(t.Context(), untrusting); domain.KindOf(err) != domain.Unavailable || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("%v", err)
	}
}

func TestTokensAreAskedForAgainAndAgain(t *testing.T) {
	var asked atomic.Int64
	address, _ := newPeer().serve(t, guarded("fresh"))
	engine := open(t, openinference.Options{Endpoints: []string{"grpc://" + address}, Token: func(context.Context) (string, error) {
		switch asked.Add(1) {
		case 2:
			return "", errors.New("the vault is sealed")
		case 3:
			return "new\nline", nil
		case 4:
			return "", nil
		default:
			return "fresh", nil
		}
	}})
	for _, well := range []bool{false, false, false, true} {
		_, err := engine.Predict(t.Context(), row(t))
		if (err == nil) != well || !well && (domain.KindOf(err) != domain.Unavailable || strings.Contains(err.Error(), "line") || strings.Contains(err.Error(), "vault")) {
			t.Errorf("%v", err)
		}
	}
	if asked.Load() != 5 {
		t.Errorf("asked %d times", asked.Load())
	}
}
