package model_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/model"
)

// storeWith returns a store of files that hold nothing of interest.
func storeWith(t *testing.T, files ...string) (*model.Store, string) {
	t.Helper()
	directory := t.TempDir()
	for _, file := range files {
		put(t, filepath.Join(directory, filepath.FromSlash(file)), "x")
	}
	s, err := model.OpenStore(directory)
	if err != nil {
		t.Fatal(err)
	}
	return s, directory
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestStoreFindsModelsAndVersions(t *testing.T) {
	s, directory := storeWith(t, "plain/model.onnx", "many/2/model.onnx", "many/10/model.onnx", "many/03/model.onnx", "many/x/model.onnx", "many/4/one.onnx", "many/4/two.onnx", "many/11/other.onnx",
		"optimum/onnx/model.onnx", ".hidden/model.onnx", "empty/readme.txt", "file.onnx")
	put(t, filepath.Join(directory, "named", "model.onnx"), "x")
	put(t, filepath.Join(directory, "named", "config.json"), `{"version": "2026.1"}`)
	models, err := s.Scan()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"plain": {"1"}, "many": {"2", "10", "11"}, "optimum": {"1"}, "named": {"2026.1"}}
	if !maps.EqualFunc(models, want, slices.Equal[[]string]) {
		t.Errorf("%v, expected %v", models, want)
	}
	for name, versions := range want {
		for _, version := range versions {
			f, err := s.Open(name, version)
			if err != nil || f.Card.Name != name || f.Card.Version != version || string(f.ONNX) != "x" {
				t.Errorf("%s %s: %+v, %v", name, version, f, err)
			}
		}
	}
	for _, c := range [][2]string{{"many", "4"}, {"many", "03"}, {"plain", "2"}, {".hidden", "1"}, {"../" + filepath.Base(directory) + "/plain", "1"}, {"", "1"}, {"..", "1"}, {"empty", "1"}} {
		if _, err := s.Open(c[0], c[1]); domain.KindOf(err) != domain.NotFound {
			t.Errorf("%q %q: %v", c[0], c[1], err)
		}
	}
	if _, err := model.OpenStore(filepath.Join(directory, "nowhere")); domain.KindOf(err) != domain.NotFound {
		t.Error(err)
	}
}

func TestFingerprintsChangeWithTheFiles(t *testing.T) {
	s, directory := storeWith(t, "a/model.onnx", "b/1/model.onnx")
	look := func() map[string]string {
		prints, err := s.Fingerprints()
		if err != nil {
			t.Fatal(err)
		}
		return prints
	}
	first := look()
	if len(first) != 2 || !maps.Equal(first, look()) {
		t.Fatalf("%v", first)
	}
	put(t, filepath.Join(directory, "b", "2", "model.onnx"), "x")
	second := look()
	if second["a"] != first["a"] || second["b"] == first["b"] {
		t.Errorf("%v, then %v", first, second)
	}
	put(t, filepath.Join(directory, "a", "model.onnx"), "longer")
	if third := look(); third["a"] == second["a"] || third["b"] != second["b"] {
		t.Errorf("%v, then %v", second, third)
	}
	if err := os.RemoveAll(filepath.Join(directory, "a")); err != nil {
		t.Fatal(err)
	}
	if last := look(); len(last) != 1 {
		t.Errorf("%v", last)
	}
}

// TestWhatCannotBeReadHasNotGone takes away the right to look into a model's
// folder, as a file system that is away for a moment does.
func TestWhatCannotBeReadHasNotGone(t *testing.T) {
	s, directory := storeWith(t, "a/model.onnx", "b/1/model.onnx", "c/1/model.onnx", "fine/model.onnx")
	before, err := s.Fingerprints()
	if err != nil {
		t.Fatal(err)
	}
	// A link that leads to itself cannot be followed, whoever asks.
	for link, name := range map[string]string{"a": "a", "b/1": "1", "c/1/model.onnx": "model.onnx"} {
		place := filepath.Join(directory, filepath.FromSlash(link))
		if err := errors.Join(os.RemoveAll(place), os.Symlink(name, place)); err != nil {
			t.Skipf("no links here: %v", err)
		}
	}
	after, err := s.Fingerprints()
	if err != nil {
		t.Fatal(err)
	}
	for name, print := range before {
		if now := after[name]; now == "" || (now == print) != (name == "fine") {
			t.Errorf("%s: %q, then %q", name, print, now)
		}
	}
	models, err := s.Scan()
	if err != nil || len(models) != 4 {
		t.Errorf("%v, %v", models, err)
	}
	for _, name := range []string{"a", "b", "c"} {
		if _, err := s.Open(name, "1"); domain.KindOf(err) != domain.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLinksToVersionsAreFollowed moves a link from one folder to another, which is
// how a version is replaced at once.
func TestLinksToVersionsAreFollowed(t *testing.T) {
	s, directory := storeWith(t, "a/.old/model.onnx", "a/.new/model.onnx")
	put(t, filepath.Join(directory, "a", ".new", "model.onnx"), "longer")
	link := filepath.Join(directory, "a", "1")
	var prints []string
	for _, to := range []string{".old", ".new"} {
		if err := os.Remove(link); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if err := errors.Join(os.Symlink(to, link), os.WriteFile(filepath.Join(directory, "a", to, "loop"), nil, 0o600)); err != nil {
			t.Skipf("no links here: %v", err)
		}
		if err := os.Symlink(".", filepath.Join(directory, "a", to, "round")); err != nil {
			t.Fatal(err)
		}
		now, err := s.Fingerprints()
		if err != nil {
			t.Fatal(err)
		}
		prints = append(prints, now["a"])
	}
	if prints[0] == "" || prints[0] == prints[1] {
		t.Errorf("%q", prints)
	}
	if f, err := s.Open("a", "1"); err != nil || string(f.ONNX) != "longer" {
		t.Errorf("%+v, %v", f, err)
	}
}
