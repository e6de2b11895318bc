package clients

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/oapi-codegen/runtime" // the generated client imports it
)

// TestGeneratedClient has oapi-codegen write a client in Go of the document that
// the server gives. It must compile, predict, and read a refusal.
func TestGeneratedClient(t *testing.T) {
	s := serve(t)
	folder, err := os.MkdirTemp("testdata", "generated-") // in this module, which has what it imports
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	document := filepath.Join(t.TempDir(), "openapi.json")
	download(t, s.URL+"/openapi.json", document)
	goTool(t, "tool", "oapi-codegen", "-generate", "types,client", "-package", "main", "-o", filepath.Join(folder, "client.gen.go"), document)
	source, err := os.ReadFile("testdata/generated/main.go")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "main.go"), source, 0o600); err != nil {
		t.Fatal(err)
	}
	client := filepath.Join(t.TempDir(), "client")
	if !build(".", client, "./"+folder) {
		t.Fatal("the generated client does not compile")
	}
	lines := strings.Split(run(t, client, s.URL, beside(t, root+"/model/samples/ship.png")), "\n")
	for _, line := range lines[:2] {
		if !strings.HasPrefix(line, "ship 0.97360") || !strings.HasSuffix(line, " 2") {
			t.Errorf("the prediction is %q", line)
		}
	}
	if !strings.Contains(lines[2], "input") {
		t.Errorf("the refusal is %q", lines[2])
	}
}
