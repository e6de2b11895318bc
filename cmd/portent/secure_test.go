package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/tlsfiles/tlstest"
)

// secured is a server with TLS, and what its clients know.
type secured struct {
	*server
	folder    string
	authority *tlstest.Authority
}

func serveSecured(t *testing.T, args ...string) *secured {
	t.Helper()
	s := &secured{folder: t.TempDir(), authority: tlstest.NewAuthority(t)}
	s.renew(t, "first")
	tlstest.Write(t, s.folder, "ca.crt", s.authority.PEM)
	for i, arg := range args {
		args[i] = strings.ReplaceAll(arg, "FOLDER", s.folder)
	}
	s.server = serveModel(t, append([]string{"--tls-cert", s.folder + "/tls.crt", "--tls-key", s.folder + "/tls.key"}, args...)...)
	return s
}

// renew gives the server another certificate.
func (s *secured) renew(t *testing.T, name string) {
	t.Helper()
	pair := s.authority.Issue(t, name)
	tlstest.Write(t, s.folder, "tls.crt", pair.Certificate)
	tlstest.Write(t, s.folder, "tls.key", pair.Key)
}

// trust is how a client speaks to the server, with certificates of its own or
// without.
func (s *secured) trust(certificates ...tls.Certificate) *tls.Config {
	return &tls.Config{RootCAs: s.authority.Pool(), Certificates: certificates}
}

// ask sends the picture, or asks for a path, on a connection of its own.
func ask(t *testing.T, config *tls.Config, url string, picture []byte, header ...string) (*http.Response, string) {
	t.Helper()
	response, body, err := try(t, config, url, picture, header...)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

func try(t *testing.T, config *tls.Config, url string, picture []byte, header ...string) (*http.Response, string, error) {
	t.Helper()
	method := http.MethodGet
	if picture != nil {
		method = http.MethodPost
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
	return exchange(t, client, method, url, picture, append([]string{"Content-Type", "image/png"}, header...)...)
}

// call asks over gRPC for the model's metadata, and whether the server lives.
func (s *secured) call(t *testing.T, config *tls.Config, pairs ...string) (metadataErr, liveErr error) {
	t.Helper()
	connection, err := grpc.NewClient(s.grpc, grpc.WithTransportCredentials(credentials.NewTLS(config)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	client, ctx := inferencepb.NewGRPCInferenceServiceClient(connection), metadata.AppendToOutgoingContext(t.Context(), pairs...)
	_, metadataErr = client.ModelMetadata(ctx, &inferencepb.ModelMetadataRequest{Name: "cifar10-resnet20"})
	_, liveErr = client.ServerLive(ctx, &inferencepb.ServerLiveRequest{})
	return metadataErr, liveErr
}

func shipPicture(t *testing.T) []byte { return readFile(t, modelFolder, "samples", "ship.png") }

func hangUp(t *testing.T) {
	t.Helper()
	process, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = process.Signal(syscall.SIGHUP)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestServesOverTLS(t *testing.T) {
	s := serveSecured(t)
	if !strings.HasPrefix(s.url, "https://") {
		t.Fatalf("the banner shows %s", s.url)
	}
	if response, body := ask(t, s.trust(), s.url+"/predict", shipPicture(t)); response.StatusCode != http.StatusOK || !strings.Contains(body, `"label":"ship"`) {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	if err, _ := s.call(t, s.trust()); err != nil {
		t.Error(err)
	}
	address := strings.TrimPrefix(s.url, "https://")
	if r := portent(t, []string{"PORTENT_TLS_CERT=" + s.folder + "/tls.crt"}, nil, "health", "--addr", address); r.err != nil {
		t.Errorf("health, with the server's environment: %v", r.err)
	}
	if r := portent(t, nil, nil, "health", "--addr", address); r.err == nil {
		t.Error("the server says in plain text that it is well")
	}
	for name, config := range map[string]*tls.Config{
		"a client that trusts others": {RootCAs: tlstest.NewAuthority(t).Pool()},
		"HTTP/2 and nothing else":     {RootCAs: s.authority.Pool(), NextProtos: []string{"h2"}},
		"TLS 1.1":                     {RootCAs: s.authority.Pool(), MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
	} {
		if connection, err := tls.Dial("tcp", address, config); err == nil {
			t.Errorf("%s: %v", name, connection.ConnectionState().NegotiatedProtocol)
		}
	}
	if response, _ := ask(t, nil, "http://"+address+"/readyz", nil); response.StatusCode != http.StatusBadRequest {
		t.Errorf("plain text: %d", response.StatusCode)
	}
}

// nameOf returns who serves at an address.
func nameOf(t *testing.T, address string, config *tls.Config) string {
	t.Helper()
	connection, err := tls.Dial("tcp", address, config)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	return connection.ConnectionState().PeerCertificates[0].Subject.CommonName
}

// TestCertificatesChangeUnderLoad renews the certificate while clients ask, on
// connections that stay and on new ones: each request is answered.
func TestCertificatesChangeUnderLoad(t *testing.T) {
	s := serveSecured(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 4)
	picture := shipPicture(t)
	for client := range cap(ended) {
		transport := &http.Transport{TLSClientConfig: s.trust(), DisableKeepAlives: client%2 == 0}
		go func() {
			defer transport.CloseIdleConnections()
			var err error
			for ctx.Err() == nil && err == nil {
				err = once(transport, s.url+"/predict", picture)
			}
			ended <- err
		}()
	}
	config := s.trust()
	for _, name := range []string{"second", "third"} {
		s.renew(t, name)
		hangUp(t)
		for _, address := range []string{strings.TrimPrefix(s.url, "https://"), s.grpc} {
			config.NextProtos = []string{protocolHTTP}
			if address == s.grpc {
				config.NextProtos = []string{protocolGRPC}
			}
			for nameOf(t, address, config) != name {
				if t.Context().Err() != nil {
					t.Fatalf("%s is never served", name)
				}
			}
		}
	}
	stop()
	for range cap(ended) {
		if err := <-ended; err != nil {
			t.Errorf("a request was lost: %v", err)
		}
	}
}

func once(transport http.RoundTripper, url string, picture []byte) error {
	client := &http.Client{Transport: transport}
	response, err := client.Post(url, "image/png", bytes.NewReader(picture))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return &net.OpError{Op: response.Status}
	}
	return nil
}

func TestClientsShowCertificates(t *testing.T) {
	s := serveSecured(t, "--tls-client-ca", "FOLDER/ca.crt")
	alice := s.authority.Issue(t, "alice").TLS(t)
	for name, c := range map[string]struct {
		config *tls.Config
		want   int
		code   codes.Code
	}{"alice": {s.trust(alice), http.StatusOK, codes.OK}, "nobody": {s.trust(), http.StatusUnauthorized, codes.Unauthenticated}} {
		if response, body := ask(t, c.config, s.url+"/predict", shipPicture(t)); response.StatusCode != c.want {
			t.Errorf("%s: %d %s", name, response.StatusCode, body)
		}
		if response, _ := ask(t, c.config, s.url+"/readyz", nil); response.StatusCode != http.StatusOK {
			t.Errorf("%s asks whether the server is ready: %d", name, response.StatusCode)
		}
		err, live := s.call(t, c.config)
		if status.Code(err) != c.code || live != nil {
			t.Errorf("%s over gRPC: %v, %v", name, err, live)
		}
	}
	if r := portent(t, []string{"PORTENT_TLS_CERT=x"}, nil, "health", "--addr", strings.TrimPrefix(s.url, "https://")); r.err != nil {
		t.Errorf("health: %v", r.err)
	}
}

func TestTokensEverywhere(t *testing.T) {
	folder := t.TempDir()
	file := tlstest.Write(t, folder, "tokens", []byte("# of Alice\nwonderland\n"))
	s := serveSecured(t, "--token-file", file, "--log-level", "debug", "--cors-origin", "https://app.example")
	authorized := []string{"Authorization", "Bearer wonderland"}
	for path, want := range map[string]int{"/predict": 401, "/v2/models/cifar10-resnet20": 401, "/models": 401, "/models/cifar10-resnet20": 401, "/openapi.json": 401, "/swagger/doc.json": 401, "/metrics": 401, "/": 200, "/swagger/index.html": 200, "/docs": 200, "/healthz": 200, "/readyz": 200, "/v2/health/ready": 200} {
		response, body := ask(t, s.trust(), s.url+path, nil)
		if response.StatusCode != want || response.Header.Get("X-Request-Id") == "" || response.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d %v %s", path, response.StatusCode, response.Header, body)
		}
		if want == http.StatusUnauthorized && !strings.Contains(body, `"request_id":"`+response.Header.Get("X-Request-Id")) {
			t.Errorf("%s: %s", path, body)
		}
	}
	if response, body := ask(t, s.trust(), s.url+"/predict", shipPicture(t), authorized...); response.StatusCode != http.StatusOK {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	if err, live := s.call(t, s.trust(), "authorization", "Bearer wonderlanD"); status.Code(err) != codes.Unauthenticated || live != nil {
		t.Errorf("%v, %v", err, live)
	}
	if err, _ := s.call(t, s.trust(), "x-api-key", "wonderland"); err != nil {
		t.Error(err)
	}
	if response, _ := ask(t, s.trust(), s.url+"/predict", nil, "Origin", "https://app.example"); response.Header.Get("Access-Control-Allow-Origin") != "https://app.example" {
		t.Errorf("%v", response.Header)
	}
	tlstest.Write(t, folder, "tokens", []byte("looking-glass\n"))
	hangUp(t)
	for status := http.StatusOK; status != http.StatusUnauthorized; {
		response, _ := ask(t, s.trust(), s.url+"/v2", nil, authorized...)
		status = response.StatusCode
	}
	if response, _ := ask(t, s.trust(), s.url+"/v2", nil, "X-API-Key", "looking-glass"); response.StatusCode != http.StatusOK {
		t.Errorf("the new token: %d", response.StatusCode)
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Error(err)
	}
	for _, secret := range []string{"wonderland", "wonderlanD", "looking-glass"} {
		if strings.Contains(s.stderr.String(), secret) {
			t.Errorf("the log tells a token:\n%s", s.stderr)
		}
	}
}

func TestSharesHoldForBothProtocols(t *testing.T) {
	s := serveSecured(t, "--rate", "0.001", "--burst", "2", "--admin-addr", "127.0.0.1:0")
	for _, want := range []int{200, 200, 429} {
		if response, _ := ask(t, s.trust(), s.url+"/v2", nil); response.StatusCode != want || (response.Header.Get("Retry-After") != "") != (want == 429) {
			t.Errorf("%d %v, expected %d", response.StatusCode, response.Header, want)
		}
	}
	if err, live := s.call(t, s.trust()); status.Code(err) != codes.ResourceExhausted || live != nil {
		t.Errorf("%v, %v", err, live)
	}
	if text := adminMetrics(t, s.server); !strings.Contains(text, `portent_callers_refused_total{kind="rate_limited"} 2`) || !strings.Contains(text, `portent_callers_refused_total{kind="unauthenticated"} 0`) {
		t.Errorf("it is not among the metrics:\n%s", text)
	}
}

// TestOtherServersOverTLS lets another server, which shows a certificate and a
// token, be the engine.
func TestOtherServersOverTLS(t *testing.T) {
	s := serveSecured(t, "--tls-client-ca", "FOLDER/ca.crt", "--token-file", tlstest.Write(t, t.TempDir(), "tokens", []byte("wonderland")))
	folder := t.TempDir()
	pair := s.authority.Issue(t, "front")
	front := []string{
		"--model", modelFolder, "--engine", "remote", "--endpoint-ca", tlstest.Write(t, folder, "ca.crt", s.authority.PEM),
		"--endpoint-cert", tlstest.Write(t, folder, "tls.crt", pair.Certificate), "--endpoint-key", tlstest.Write(t, folder, "tls.key", pair.Key),
		"--endpoint-token-file", tlstest.Write(t, folder, "token", []byte("wonderland\n")),
	}
	for _, endpoint := range []string{"grpcs://" + s.grpc, s.url} {
		f := serveModel(t, append(front, "--endpoint", endpoint)...)
		if status, body := f.post(t, "/predict", "image/png", shipPicture(t)); status != http.StatusOK || !strings.Contains(body, `"label":"ship"`) {
			t.Errorf("%s: %d %s", endpoint, status, body)
		}
	}
}

func TestSettingsThatAreNotSecureAreRefused(t *testing.T) {
	folder := t.TempDir()
	pair := tlstest.NewAuthority(t).Issue(t, "x")
	cert, key := tlstest.Write(t, folder, "tls.crt", pair.Certificate), tlstest.Write(t, folder, "tls.key", pair.Key)
	empty := tlstest.Write(t, folder, "empty", nil)
	remote := []string{"--engine", "remote", "--remote-model", "m", "--endpoint", "grpcs://127.0.0.1:1"}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--tls-cert", cert}, "--tls-key"}, {[]string{"--tls-key", key}, "--tls-cert"}, {[]string{"--tls-client-ca", cert}, "--tls-cert"},
		{[]string{"--tls-cert", key, "--tls-key", cert}, "no certificate and its key"}, {[]string{"--tls-cert", cert, "--tls-key", key, "--tls-client-ca", empty}, "no certificate"},
		{[]string{"--token-file", empty}, "holds no token"}, {[]string{"--token-file", folder + "/none"}, "cannot be read"},
		{[]string{"--cors-origin", "app.example"}, "is none"}, {[]string{"--rate", "-1"}, "requests a second"}, {[]string{"--burst", "5"}, "is given without --rate"},
		{append(remote, "--endpoint-ca", empty), "--endpoint-ca"}, {append(remote, "--endpoint-cert", cert), "--endpoint-key"},
		{append(remote, "--endpoint-cert", cert, "--endpoint-key", cert), "--endpoint-key"},
	} {
		r := portent(t, nil, nil, append([]string{"serve", "--addr", "127.0.0.1:0", "--grpc-addr", "off"}, test.args...)...)
		if r.err == nil || !strings.Contains(r.stderr, test.want) {
			t.Errorf("%v: %q does not say %q", test.args, r.stderr, test.want)
		}
	}
}
