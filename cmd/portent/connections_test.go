package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// TestConnectionsAreLimited takes all places of each server: one more connection is
// reset, operators see it at their own listener, and a place that is given back is
// taken again.
func TestConnectionsAreLimited(t *testing.T) {
	s := serveModel(t, "--max-connections", "2", "--admin-addr", "127.0.0.1:0")
	for listener, address := range map[string]string{"http": strings.TrimPrefix(s.url, "http://"), "grpc": s.grpc} {
		held := []net.Conn{connect(t, address), connect(t, address)}
		for refused(address) == nil { // until the server has taken the others
			if t.Context().Err() != nil {
				t.Fatalf("%s: any number of connections is taken", listener)
			}
		}
		if err := refused(address); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
			t.Errorf("%s: one too many: %v", listener, err)
		}
		if text := adminMetrics(t, s); !strings.Contains(text, `portent_connections{listener="`+listener+`"} 2`) || strings.Contains(text, `portent_connections_refused_total{listener="`+listener+`"} 0`) {
			t.Errorf("%s: it is not among the metrics:\n%s", listener, text)
		}
		for _, c := range held {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	for {
		if response, err := http.Get(s.url + "/readyz"); err == nil {
			response.Body.Close()
			break
		} else if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	}
	s.stop()
	if err := <-s.done; err != nil || !strings.Contains(s.stderr.String(), "a connection is refused") {
		t.Errorf("%v; the log does not tell: %s", err, s.stderr)
	}
}

func connect(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// refused returns the error of a connection that the server closes at once, and nil
// if it says something or waits to be asked.
func refused(address string) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	// Of what is neither HTTP nor gRPC both say that, or hang up in order.
	if _, err := io.WriteString(c, "\r\n\r\n\r\n"); err != nil {
		return err
	}
	_, err = io.ReadAll(c)
	return err
}

func adminMetrics(t *testing.T, s *server) string {
	t.Helper()
	_, text := (&server{url: "http://" + s.admin}).get(t, "/metrics")
	return text
}
