package guard_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/portent-go/portent/adapters/transport/guard"
)

// Tokens that nobody may see printed.
const (
	known   = "Kn0wn-token.of_alice~+/=="
	another = "another"
	third   = "third"
	unknown = "hunter2"
)

// tokenFile writes a file of tokens.
func tokenFile(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tokens")
	rewrite(t, path, text)
	return path
}

func rewrite(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func openTokens(t testing.TB, path string) *guard.Tokens {
	t.Helper()
	tokens, err := guard.OpenTokens(path)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func newGuard(t testing.TB, options guard.Options) *guard.Guard {
	t.Helper()
	g, err := guard.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// serve puts a guard before a handler that says yes, on a free port.
func serve(t testing.TB, g *guard.Guard) string {
	t.Helper()
	server := httptest.NewServer(g.HTTP(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("yes")) })))
	t.Cleanup(server.Close)
	return server.URL
}
