package clients

import (
	"os"
	"path/filepath"
	"testing"
)

// known names models for paths: of those that Schemathesis thinks of itself, nearly
// none are found.
const known = `
[parameters]
"path.model" = "` + theClassifier + `"
"path.name" = "` + theClassifier + `"
"path.version" = "1"

`

// TestDocument has Schemathesis make requests of the document, sound ones and
// others. None may be answered with a status, a content type or a schema that the
// document does not know, or as the server's own fault.
func TestDocument(t *testing.T) {
	program := filepath.Join(filepath.Dir(python(t, clientsPython)), "schemathesis")
	rules, err := os.ReadFile("schemathesis.toml")
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, "--models", models(t), "--default-model", theClassifier)
	for _, names := range []struct{ of, parameters string }{{"of models that there are", known}, {"of any model", ""}} {
		t.Run(names.of, func(t *testing.T) {
			config := filepath.Join(t.TempDir(), "schemathesis.toml")
			if err := os.WriteFile(config, append([]byte(names.parameters), rules...), 0o600); err != nil {
				t.Fatal(err)
			}
			run(t, program, "--config-file", config, "run", s.URL+"/openapi.json", "--no-color",
				"--max-examples", "12", "--generation-deterministic", "--continue-on-failure", "--request-timeout", "20")
		})
	}
}
