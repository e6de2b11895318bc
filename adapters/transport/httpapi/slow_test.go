package httpapi_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/transport/httpapi"
)

// TestSlowClientsAreCutOff has clients stop in each state of a connection, with
// limits that are shorter than the server's.
func TestSlowClientsAreCutOff(t *testing.T) {
	const soon, never = 30 * time.Millisecond, time.Hour
	for name, c := range map[string]struct {
		send string
		set  func(*http.Server)
		want string // what comes before the end
	}{
		"says nothing":                 {"", func(s *http.Server) { s.ReadHeaderTimeout = soon }, ""},
		"half a header":                {"POST /predict HTTP/1.1\r\nHost: x\r\nContent-", func(s *http.Server) { s.ReadHeaderTimeout = soon }, "400"},
		"half a body":                  {"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"in", func(s *http.Server) { s.ReadTimeout = soon }, "request_timeout"},
		"asks no more":                 {"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", func(s *http.Server) { s.IdleTimeout = soon }, `"ok"`},
		"half a header on a kept one":  {"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /he", func(s *http.Server) { s.ReadHeaderTimeout = soon }, `"ok"`},
		"a header larger than allowed": {"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 80<<10) + "\r\n\r\n", func(*http.Server) {}, "431"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(nil)
			server.Config = httpapi.NewServer(handlerOver(t, &fake{}, httpapi.Options{}), nil)
			server.Config.ReadHeaderTimeout, server.Config.ReadTimeout, server.Config.IdleTimeout = never, never, never
			c.set(server.Config)
			server.Start()
			defer server.Close()
			connection, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = connection.Close() }()
			if _, err := io.WriteString(connection, c.send); err != nil {
				t.Fatal(err)
			}
			got, _ := io.ReadAll(connection) // until the server closes it, in one way or the other
			if !strings.Contains(string(got), c.want) || c.want == "" && len(got) > 0 {
				t.Errorf("%q", got)
			}
		})
	}
}

// TestAClientThatDoesNotReadIsCutOff: its answer is larger than what the network
// takes in, so that the server would write for ever.
func TestAClientThatDoesNotReadIsCutOff(t *testing.T) {
	ended := make(chan error, 1)
	server := httptest.NewUnstartedServer(nil)
	server.Config = httpapi.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var err error
		for piece := make([]byte, 1<<20); err == nil; _, err = w.Write(piece) {
		}
		ended <- err
	}), nil)
	server.Config.WriteTimeout = 30 * time.Millisecond
	server.Start()
	defer server.Close()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if _, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("writing ended with %v", err)
	}
}
