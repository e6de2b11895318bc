package model_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/portent-go/portent/model"
)

// What is beside the network can be read, and nothing that a link reaches outside
// its folder.
func TestNothingIsReadOutsideTheFolder(t *testing.T) {
	outside, folder := t.TempDir(), t.TempDir()
	network, err := os.ReadFile("model.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		filepath.Join(outside, "secret.bin"): []byte("secret"), filepath.Join(folder, "weights.bin"): []byte("w"), filepath.Join(folder, "model.onnx"): network,
	} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"away.bin": filepath.Join(outside, "secret.bin"), "within.bin": "weights.bin"} {
		if err := os.Symlink(target, filepath.Join(folder, link)); err != nil {
			t.Skipf("links cannot be made here: %v", err)
		}
	}
	for name, open := range map[string]func(string) (*model.Folder, error){"folder": model.OpenPath, "network": model.OpenNetwork} {
		for _, path := range []string{folder, filepath.Join(folder, "model.onnx")} {
			f, err := open(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, there := range []string{"weights.bin", "within.bin"} {
				if data, err := fs.ReadFile(f.FS, there); err != nil || string(data) != "w" {
					t.Errorf("%s of %s: %s is %q, %v", name, path, there, data, err)
				}
			}
			if data, err := fs.ReadFile(f.FS, "away.bin"); err == nil {
				t.Errorf("%s of %s: a link led to %q", name, path, data)
			}
		}
	}
}

// TestSamplesStayInTheFolder has a link among the samples, and one in their place,
// lead away.
func TestSamplesStayInTheFolder(t *testing.T) {
	outside, folder, replaced := t.TempDir(), t.TempDir(), t.TempDir()
	network, err := os.ReadFile("model.onnx")
	if err == nil {
		err = os.Mkdir(filepath.Join(folder, "samples"), 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		filepath.Join(outside, "secret.png"): []byte("secret"), filepath.Join(folder, "samples", "own.png"): []byte("own"),
		filepath.Join(folder, "model.onnx"): network, filepath.Join(replaced, "model.onnx"): network,
	} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{filepath.Join(folder, "samples", "away.png"): filepath.Join(outside, "secret.png"), filepath.Join(replaced, "samples"): outside} {
		if err := os.Symlink(target, link); err != nil {
			t.Skipf("links cannot be made here: %v", err)
		}
	}
	for name, open := range map[string]func(string) (*model.Folder, error){"a model": model.OpenPath, "a card": model.OpenCard} {
		f, err := open(folder)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := fs.ReadFile(f.Samples, "own.png"); err != nil || string(data) != "own" {
			t.Errorf("%s: %q, %v", name, data, err)
		}
		if data, err := fs.ReadFile(f.Samples, "away.png"); err == nil {
			t.Errorf("%s: a link led to %q", name, data)
		}
		if f, err = open(replaced); err != nil {
			t.Fatal(err)
		}
		if f.Samples != nil {
			t.Errorf("%s: the samples are those of another folder", name)
		}
	}
	embedded, err := model.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if names, err := fs.Glob(embedded.Samples, "*.png"); err != nil || len(names) != 10 {
		t.Errorf("%q, %v", names, err)
	}
}
