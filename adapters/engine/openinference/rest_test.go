package openinference_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/engine/openinference"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
	"github.com/portent-go/portent/ports/predictortest"
)

// TestKeepsTheContractOverHTTP runs the suite over real connections: raw tensors,
// numbers in JSON, and both forms of the protocol beside each other.
func TestKeepsTheContractOverHTTP(t *testing.T) {
	plain := newRESTPeer()
	plain.plain = true
	raw := "http://" + newRESTPeer().serve(t)
	grpc, _ := newPeer().serve(t)
	for name, endpoints := range map[string][]string{
		"raw": {raw}, "JSON": {"http://" + plain.serve(t)}, "HTTP and gRPC": {raw, "grpc://" + grpc},
	} {
		t.Run(name, func(t *testing.T) {
			predictortest.Run(t, func() (ports.Predictor, error) {
				return openinference.Open(t.Context(), openinference.Options{Endpoints: endpoints, Model: "m", MaxInFlight: 4})
			}, predictortest.Options{})
		})
	}
}

func overREST(t testing.TB, p *restPeer) *openinference.Engine {
	t.Helper()
	return open(t, openinference.Options{Endpoints: []string{"http://" + p.serve(t)}, Retries: 1})
}

func TestAServerDescribesTheModelOverHTTP(t *testing.T) {
	address := newRESTPeer().serve(t)
	engine := open(t, openinference.Options{Endpoints: []string{"http://" + address + "/"}, Model: "a/b", Version: "1 2"})
	if !reflect.DeepEqual(engine.Signature(), signature()) {
		t.Errorf("%v", engine.Signature())
	}
	want := domain.Metadata{Platform: "peer_v1", Engine: "openinference", Device: "1 remote endpoint", Properties: map[string]string{"server": "peer 7"}}
	if !reflect.DeepEqual(engine.Metadata(), want) {
		t.Errorf("%+v", engine.Metadata())
	}
	if _, err := engine.Predict(t.Context(), row(t)); err != nil {
		t.Error(err)
	}
	for name, metadata := range map[string]string{
		"not JSON": "<html>", "an unknown datatype": `{"inputs":[{"name":"x","datatype":"TYPE_FP32","shape":[1]}]}`,
		"an axis in text": `{"inputs":[{"name":"x","datatype":"FP32","shape":["1"]}]}`, "an axis of -2": `{"inputs":[{"name":"x","datatype":"FP32","shape":[-2]}]}`,
		"nothing": `{}`,
	} {
		p := newRESTPeer()
		p.metadata = metadata
		_, err := openinference.Open(t.Context(), openinference.Options{Endpoints: []string{"http://" + p.serve(t)}, Model: "m"})
		if kind := domain.KindOf(err); err == nil || kind != domain.Internal && kind != domain.Unsupported {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := openinference.Open(t.Context(), openinference.Options{Endpoints: []string{"http://" + address}, Model: "other"})
	if domain.KindOf(err) != domain.NotFound || !strings.Contains(err.Error(), "there is nothing at /v2/models/other") || !strings.Contains(err.Error(), address) {
		t.Errorf("%v", err)
	}
}

// TestTensorsGoRawWhereTheyCan counts requests in raw form.
func TestTensorsGoRawWhereTheyCan(t *testing.T) {
	numbers := row(t)
	nan := []domain.Tensor{numbers[0].Clone()}
	values, _ := domain.Data[float32](nan[0])
	values[1] = float32(math.NaN())
	for name, c := range map[string]struct {
		plain  bool
		inputs []domain.Tensor
		raw    int64
	}{
		"the server knows raw tensors":                       {false, numbers, 1},
		"it does not say so":                                 {true, numbers, 0},
		"it does not say so, and JSON cannot hold the input": {true, nan, 1},
	} {
		p := newRESTPeer()
		p.plain = c.plain
		outputs, err := overREST(t, p).Predict(t.Context(), c.inputs)
		want, _ := p.fake.Predict(t.Context(), c.inputs)
		if err != nil || fmt.Sprint(outputs) != fmt.Sprint(want) || p.raw.Load() != c.raw {
			t.Errorf("%s: %v, %v, want %v; %d raw", name, outputs, err, want, p.raw.Load())
		}
	}
}

func TestWrongAnswersOverHTTPAreErrors(t *testing.T) {
	replace := func(old, with string) func(http.Header, *[]byte) {
		return func(_ http.Header, body *[]byte) { *body = bytes.Replace(*body, []byte(old), []byte(with), 1) }
	}
	header := func(name, value string) func(http.Header, *[]byte) {
		return func(h http.Header, _ *[]byte) { h.Set(name, value) }
	}
	for name, c := range map[string]struct {
		change func(http.Header, *[]byte)
		says   string
	}{
		"not JSON":            {replace("{", "<"), "not JSON"},
		"nothing":             {func(_ http.Header, body *[]byte) { *body = nil }, "bytes"},
		"cut off":             {func(_ http.Header, body *[]byte) { *body = (*body)[:len(*body)-1] }, "should have 12 bytes behind the JSON, but 11 are left"},
		"too long":            {func(_ http.Header, body *[]byte) { *body = append(*body, 0) }, "1 bytes follow the JSON"},
		"no outputs":          {replace("outputs", "out_put"), `has no "outputs"`},
		"an output renamed":   {replace(`"y"`, `"w"`), "y FP32 [-1,3] is missing"},
		"an output twice":     {replace(`"y"`, `"z"`), "which another has already"},
		"another shape":       {replace("[1,2]", "[2,1]"), "axis 1 is 1, not 2"},
		"another datatype":    {replace("FP32", "INT8"), "INT8"},
		"an unknown datatype": {replace("FP32", "float"), "unknown datatype"},
		"a length beyond":     {header("Inference-Header-Content-Length", "100000"), `"100000" are JSON`},
		"a length of text":    {header("Inference-Header-Content-Length", "-1"), `"-1" are JSON`},
		"compressed":          {header("Content-Encoding", "gzip"), "compressed"},
		"2^60 elements":       {replace("[1,2]", "[1152921504606846976,1]"), "1152921504606846976"},
		"a negative axis":     {replace("[1,2]", "[-1,2]"), "-1"},
	} {
		p := newRESTPeer()
		p.change = c.change
		outputs, err := overREST(t, p).Predict(t.Context(), row(t))
		if outputs != nil || domain.KindOf(err) != domain.Internal || !strings.Contains(err.Error(), c.says) || p.calls.Load() != 1 {
			t.Errorf("%s: %v, %v after %d calls", name, outputs, err, p.calls.Load())
		}
	}
}

// restStatuses are what an answer's status becomes, and how often the engine asks
// then with one retry.
var restStatuses = []struct {
	status     int
	body       string
	retryAfter string
	kind       domain.Kind
	calls      int64
	says       string
}{
	{400, `{"error":"the server's words"}`, "", domain.Invalid, 1, "the server's words"},
	{400, `{"error":"the server's words","code":"unsupported"}`, "", domain.Unsupported, 1, "the server's words"},
	{400, `the server's words`, "", domain.Invalid, 1, "the server's words"},
	{400, ``, "", domain.Invalid, 1, "400 Bad Request"},
	{400, `{"error":{"message":"the server's words"}}`, "", domain.Invalid, 1, "the server's words"},
	{412, `{"error":"the server's words"}`, "", domain.Invalid, 1, "the server's words"},
	{413, `{"error":"the server's words"}`, "", domain.Invalid, 1, "larger than the model's server accepts: the server's words"},
	{422, `{"detail":[{"msg":"the server's words"}]}`, "", domain.Invalid, 1, "the server's words"},
	{422, `{"detail":"the server's words","code":7}`, "", domain.Invalid, 1, "the server's words"},
	{404, `{"error":"the server's words"}`, "", domain.NotFound, 1, "the server's words"},
	{501, `{"error":"the server's words"}`, "", domain.Unsupported, 1, "the server's words"},
	{500, `{"error":"the server's words"}`, "", domain.Internal, 1, "the server's words"},
	{507, `{"error":"the server's words"}`, "", domain.Internal, 1, "the server's words"},
	{504, `{"error":"the server's words"}`, "", domain.Timeout, 1, "the server's words"},
	{401, `{"error":"the server's words"}`, "", domain.Unavailable, 1, "credentials"},
	{403, `{"error":"the server's words"}`, "", domain.Unavailable, 1, "credentials"},
	{408, `{"error":"the server's words"}`, "", domain.Unavailable, 2, "cannot be reached"},
	{499, `{"error":"the server's words"}`, "", domain.Unavailable, 2, "cannot be reached"},
	{502, `<html>the server's words`, "", domain.Unavailable, 2, "cannot be reached"},
	{503, `{"error":"the server's words"}`, "", domain.Unavailable, 2, "cannot be reached"},
	{503, `{"error":"the server's words","code":"unavailable"}`, "1", domain.Unavailable, 2, "cannot be reached"},
	{503, `{"error":"the server's words","code":"overloaded"}`, "", domain.Overloaded, 2, "too much work"},
	{503, `{"error":"the server's words"}`, "3600", domain.Overloaded, 1, "too much work"},
	{429, `{"error":"the server's words"}`, "Fri, 31 Dec 2100 23:59:59 GMT", domain.Overloaded, 1, "too much work"},
	{429, `{"error":"the server's words"}`, "", domain.Overloaded, 2, "too much work"},
	{204, ``, "", domain.Internal, 1, "status 204"},
	{302, ``, "", domain.Internal, 1, "status 302"},
}

func TestEveryStatusHasItsKind(t *testing.T) {
	for _, c := range restStatuses {
		p := newRESTPeer()
		p.infer = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:1/stolen")
			if c.retryAfter != "" {
				w.Header().Set("Retry-After", c.retryAfter)
			}
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}
		outputs, err := overREST(t, p).Predict(t.Context(), row(t))
		if outputs != nil || domain.KindOf(err) != c.kind || p.calls.Load() != c.calls || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%d %s: %v after %d calls", c.status, c.body, err, p.calls.Load())
		}
		var reason *domain.Error
		if errors.As(err, &reason); c.retryAfter == "3600" && reason.RetryAfter != time.Hour {
			t.Errorf("to be asked again after %v", reason.RetryAfter)
		}
	}
	p := newRESTPeer()
	p.infer = func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, strings.Repeat("x", 100_000))
	}
	if _, err := overREST(t, p).Predict(t.Context(), row(t)); err == nil || len(err.Error()) > 1200 {
		t.Errorf("an error of %d bytes", len(err.Error()))
	}
}

func TestAnswersThatAreTooLargeOverHTTP(t *testing.T) {
	engine := open(t, openinference.Options{Endpoints: []string{"http://" + newRESTPeer().serve(t)}, MaxMessage: 600})
	if _, err := engine.Predict(t.Context(), rows(t, 100)); domain.KindOf(err) != domain.Internal || !strings.Contains(err.Error(), "larger than 600 bytes") {
		t.Errorf("%v", err)
	}
}

func TestReadinessOverHTTP(t *testing.T) {
	for body, want := range map[string]bool{"": true, `{"ready":true}`: true, `{"name":"m"}`: true, `{"name":"m","ready":false}`: false} {
		p := newRESTPeer()
		p.ready = body
		looked := make(chan struct{}, 100)
		p.guard = func(_ http.ResponseWriter, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, "/ready") {
				select {
				case looked <- struct{}{}:
				default:
				}
			}
			return true
		}
		var log bytes.Buffer
		engine, err := openinference.Open(t.Context(), openinference.Options{
			Endpoints: []string{"http://" + p.serve(t)}, Model: "m", HealthInterval: time.Millisecond, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		<-looked
		<-looked // so that the first look has ended
		<-looked
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
		if ill := strings.Contains(log.String(), "is not healthy"); ill == want {
			t.Errorf("%q: the log says %s", body, log.String())
		}
	}
}

func TestTokenAndTLSOverHTTP(t *testing.T) {
	p := newRESTPeer()
	p.guard = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == "Bearer hunter2" {
			return true
		}
		w.WriteHeader(http.StatusUnauthorized)
		return false
	}
	server := httptest.NewUnstartedServer(p)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	var log bytes.Buffer
	options := openinference.Options{
		Endpoints: []string{server.URL}, Model: "m", HealthInterval: -1, TLS: &tls.Config{RootCAs: roots}, Token: openinference.StaticToken("hunter2"),
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if _, err := open(t, options).Predict(t.Context(), row(t)); err != nil {
		t.Error(err)
	}
	wrong := options
	wrong.Token = openinference.StaticToken("hunter3")
	_, err := openinference.Open(t.Context(), wrong)
	if domain.KindOf(err) != domain.Unavailable || !strings.Contains(err.Error(), "credentials") {
		t.Errorf("%v", err)
	}
	untrusting := options
	untrusting.TLS = nil // the system's authorities do not know the server
	_, err = openinference.Open(t.Context(), untrusting)
	if domain.KindOf(err) != domain.Unavailable || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("%v", err)
	}
	if text := fmt.Sprintf("%v %+v %s", err, options, &log); strings.Contains(text, "hunter") {
		t.Errorf("the token is told: %s", text)
	}
}

// TestCancellationReachesTheServerOverHTTP waits until the server notices.
func TestCancellationReachesTheServerOverHTTP(t *testing.T) {
	p := newRESTPeer()
	begun, ended := make(chan struct{}), make(chan struct{})
	p.infer = func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(begun)
		<-r.Context().Done()
		close(ended)
	}
	ctx, cancel := context.WithCancel(t.Context())
	engine := overREST(t, p)
	go func() {
		<-begun
		cancel()
	}()
	if outputs, err := engine.Predict(ctx, row(t)); outputs != nil || domain.KindOf(err) != domain.Canceled {
		t.Errorf("%v %v", outputs, err)
	}
	<-ended
}

// TestConnectionsAreUsedAgain counts them.
func TestConnectionsAreUsedAgain(t *testing.T) {
	p := newRESTPeer()
	connections := make(map[string]bool)
	p.guard = func(_ http.ResponseWriter, r *http.Request) bool {
		connections[r.RemoteAddr] = true
		return true
	}
	engine := overREST(t, p)
	for range 20 {
		if _, err := engine.Predict(t.Context(), row(t)); err != nil {
			t.Fatal(err)
		}
	}
	if len(connections) != 1 {
		t.Errorf("%d connections", len(connections))
	}
}

func FuzzRESTAnswer(f *testing.F) {
	sound := `{"outputs":[{"name":"y","datatype":"FP32","shape":[1,3],"data":[1,2,3]},{"name":"z","datatype":"FP32","shape":[1,2],"data":[1,2]}]}`
	f.Add(sound, "")
	f.Add(strings.Replace(sound, `"data":[1,2]`, `"parameters":{"binary_data_size":8}`, 1)+"12345678", "148")
	f.Add(`{"outputs":[]}`, "0")
	var answer, size string
	p := newRESTPeer()
	p.infer = func(w http.ResponseWriter, _ *http.Request) {
		if size != "" {
			w.Header().Set("Inference-Header-Content-Length", size)
		}
		_, _ = io.WriteString(w, answer)
	}
	engine := overREST(f, p)
	f.Fuzz(func(t *testing.T, body, length string) {
		if strings.ContainsFunc(length, func(r rune) bool { return r < ' ' || r > '~' }) {
			return
		}
		answer, size = body, length
		outputs, err := engine.Predict(t.Context(), row(t))
		if err == nil && (len(outputs) != 2 || !outputs[0].Shape().Equal(domain.Shape{1, 3}) || !outputs[1].Shape().Equal(domain.Shape{1, 2})) {
			t.Fatalf("%q gives %v", body, outputs)
		}
		if err != nil && domain.KindOf(err) != domain.Internal {
			t.Fatalf("%q gives %v", body, err)
		}
	})
}
