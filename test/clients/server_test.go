package clients

import (
	"os/exec"
	"testing"

	"github.com/portent-go/portent/test/servertest"
)

// serve starts a server on free ports, until the test ends.
func serve(t *testing.T, args ...string) *servertest.Server {
	t.Helper()
	return servertest.Start(t, exec.Command(portent, append([]string{"serve", "--addr", "127.0.0.1:0", "--grpc-addr", "127.0.0.1:0"}, args...)...))
}
