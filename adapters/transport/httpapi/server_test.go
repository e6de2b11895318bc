package httpapi_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain"
)

// listen starts a real server with the limits of NewServer.
func listen(t *testing.T, f *fake, options httpapi.Options) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config = httpapi.NewServer(handlerOver(t, f, options), options.Logger)
	server.Start()
	t.Cleanup(server.Close)
	return server
}

func TestOverARealConnection(t *testing.T) {
	server := listen(t, &fake{}, httpapi.Options{})
	for _, d := range doors(t) {
		for _, chunked := range []bool{false, true} {
			var body io.Reader = strings.NewReader(d.body)
			if chunked {
				body = io.MultiReader(body) // of a length that the client does not know
			}
			response, err := server.Client().Post(server.URL+d.path, d.contentType, body)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if err != nil || response.StatusCode != http.StatusOK || !bytes.Contains(text, []byte(`"label"`)) {
				t.Errorf("%s, chunked %t: %d %s %v", d.name, chunked, response.StatusCode, text, err)
			}
		}
	}
}

// TestAHugeBodyIsRefusedUnread says that 100 MB come and waits for the server's
// leave to send them: the refusal comes instead.
func TestAHugeBodyIsRefusedUnread(t *testing.T) {
	server := listen(t, &fake{}, httpapi.Options{})
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	_, _ = io.WriteString(connection, "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\nExpect: 100-continue\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if got := decodeStrictly[failure](t, response.Body); response.StatusCode != http.StatusRequestEntityTooLarge || got.Code != "too_large" {
		t.Errorf("%d %+v", response.StatusCode, got)
	}
}

// endless gives bytes and counts them.
type endless struct{ given int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.given += len(p)
	return len(p), nil
}

func TestAnEndlessBodyIsReadUpToTheLimit(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{MaxBody: 1 << 20})
	formType, _ := form()
	for _, contentType := range []string{jsonType, "application/octet-stream", "image/png", formType} {
		body := new(endless)
		start := ""
		if contentType == formType {
			_, start = form(part{"image", ""})
			start = start[:strings.Index(start, "\r\n\r\n")+4]
		}
		request := httptest.NewRequest(http.MethodPost, "/predict", io.MultiReader(strings.NewReader(start), body))
		request.Header.Set("Content-Type", contentType)
		request.ContentLength = -1
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code != 413 || body.given > 2<<20 {
			t.Errorf("%s: %d after %d bytes", contentType, recorder.Code, body.given)
		}
	}
}

func TestABodyCutOffIsMalformed(t *testing.T) {
	server := listen(t, &fake{}, httpapi.Options{})
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	_, _ = io.WriteString(connection, "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"input\":")
	_ = connection.(*net.TCPConn).CloseWrite()
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if got := decodeStrictly[failure](t, response.Body); response.StatusCode != http.StatusBadRequest || got.Code != "malformed" {
		t.Errorf("%d %+v", response.StatusCode, got)
	}
}

// TestAClientThatGoesAwayStopsThePrediction waits in the engine until the
// request's context ends.
func TestAClientThatGoesAwayStopsThePrediction(t *testing.T) {
	started, stopped := make(chan struct{}), make(chan error, 1)
	server := listen(t, &fake{hook: func(ctx context.Context) error {
		close(started)
		<-ctx.Done()
		stopped <- ctx.Err()
		return domain.FromContext(ctx, "predicting")
	}}, httpapi.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	request, _ := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/predict", strings.NewReader(binary32(numbers())))
	request.Header.Set("Content-Type", "application/octet-stream")
	go func() {
		<-started
		cancel()
	}()
	if response, err := server.Client().Do(request); err == nil {
		_ = response.Body.Close()
		t.Error("the client got an answer")
	}
	select {
	case err := <-stopped:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("stopped by %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("the prediction was not stopped")
	}
}

func TestNewServerBoundsSlowClients(t *testing.T) {
	server := httpapi.NewServer(http.NotFoundHandler(), nil)
	for name, limit := range map[string]time.Duration{
		"ReadHeaderTimeout": server.ReadHeaderTimeout, "ReadTimeout": server.ReadTimeout, "WriteTimeout": server.WriteTimeout, "IdleTimeout": server.IdleTimeout,
	} {
		if limit <= 0 {
			t.Errorf("%s is not set", name)
		}
	}
	if server.MaxHeaderBytes <= 0 || server.ErrorLog == nil {
		t.Error("no limit of headers, or no log")
	}
}

// TestAPictureWaitsForItsTurn while all places are taken, and no longer than its
// client.
func TestAPictureWaitsForItsTurn(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	handler.Occupy()
	ctx, cancel := context.WithCancel(context.Background())
	request := httptest.NewRequest(http.MethodPost, "/predict", strings.NewReader(picturePNG(10, 10))).WithContext(ctx)
	request.Header.Set("Content-Type", "image/png")
	recorder, done := httptest.NewRecorder(), make(chan struct{})
	go func() {
		defer close(done)
		handler.ServeHTTP(recorder, request)
	}()
	cancel()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("the picture still waits")
	}
	if got := decodeStrictly[failure](t, recorder.Body); recorder.Code != 499 || !strings.Contains(got.Error, "waiting to decode") {
		t.Errorf("%d %+v", recorder.Code, got)
	}
}
