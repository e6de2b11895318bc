package deploy

import (
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var metricName = regexp.MustCompile(`\bportent_[a-z_]+[a-z]`)

// named returns the metrics that the manifests and the operators' manual ask for,
// with the file that does.
func named(t *testing.T) map[string]string {
	t.Helper()
	names := map[string]string{}
	read := func(file string) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range metricName.FindAllString(string(text), -1) {
			names[name] = file
		}
	}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && filepath.Base(path) != "alerts_test.yml" {
			read(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	read("../../docs/operations.md")
	return names
}

// exports looks for all of them on a server that has answered requests.
func exports(t *testing.T, origin string) {
	t.Helper()
	response, err := http.Get(origin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	exported := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if name := metricName.FindString(line); strings.HasPrefix(line, name) && name != "" {
			exported[name] = true
		}
	}
	names := named(t)
	for name, file := range names {
		if !exported[name] && !exported[name+"_bucket"] {
			t.Errorf("%s asks for %s, which is not exported", file, name)
		}
	}
	if names["portent_queue_length"] == "" || len(names) < 10 {
		t.Errorf("%d metrics are asked for", len(names))
	}
}
