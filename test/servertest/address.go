package servertest

import (
	"net"
	"testing"
)

// FreeAddress returns an address at which nobody listens, as host:port, for programs
// that cannot tell which they have taken.
func FreeAddress(t testing.TB) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
