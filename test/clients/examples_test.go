package clients

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestExamples runs the examples as their README says. Those that print for people
// must print the same.
func TestExamples(t *testing.T) {
	s := serve(t)
	t.Setenv("PORTENT_URL", s.URL)
	good, bad := beside(t, root+"/model/samples/ship.png"), beside(t, "clients_test.go")
	const shown = "ship, 97.4%"
	for name, command := range map[string][]string{
		"Go":         {goExample(t, "go")},
		"library":    {goExample(t, "library")},
		"Python":     {program(t, "python3"), beside(t, root+"/docs/examples/python/predict.py")},
		"JavaScript": {program(t, "node"), beside(t, root+"/docs/examples/javascript/predict.mjs")},
	} {
		t.Run(name, func(t *testing.T) {
			out, errors, err := try(t, command[0], append(command[1:], good, bad)...)
			if want := good + ": " + shown + "\n"; out != want {
				t.Errorf("prints %q, expected %q", out, want)
			}
			if err == nil || !strings.HasPrefix(errors, bad+": ") || !strings.Contains(errors, "image") && !strings.Contains(errors, "Content-Type") {
				t.Errorf("a file that is no picture: %v, %q", err, errors)
			}
		})
	}
	t.Run("curl", func(t *testing.T) {
		out, _, err := try(t, beside(t, root+"/docs/examples/curl/predict.sh"), good, bad)
		lines := strings.Split(out, "\n")
		var prediction struct {
			Label       string
			Probability float64
		}
		if json.Unmarshal([]byte(lines[0]), &prediction) != nil || fmt.Sprintf("%s, %.1f%%", prediction.Label, 100*prediction.Probability) != shown {
			t.Errorf("prints %q", out)
		}
		if err == nil || !strings.Contains(lines[1], `"error"`) {
			t.Errorf("a file that is no picture: %v, %q", err, out)
		}
	})
}

// goExample builds an example.
func goExample(t *testing.T, name string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), name)
	if !build(root, binary, "./docs/examples/"+name) {
		t.Fatal("the example does not build")
	}
	return binary
}

// program finds what runs an example, or says aloud that it is not installed.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("SKIPPED: %s is not installed", name)
	}
	return path
}
