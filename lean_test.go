package portent_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheBuildBeginsWithNothing prepares the build that is shipped where no module has
// been downloaded yet. A proxy of files stands for the network: the modules that this
// test was built with.
func TestTheBuildBeginsWithNothing(t *testing.T) {
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum", "tools/lean/prepare.sh"} {
		content, err := os.ReadFile(filepath.FromSlash(name))
		if err != nil {
			t.Fatal(err)
		}
		copied := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(copied), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	prepare := exec.Command("sh", "tools/lean/prepare.sh")
	prepare.Dir = folder
	prepare.Env = append(os.Environ(), "GOMODCACHE="+filepath.Join(folder, "modules"), "GOFLAGS=-modcacherw",
		"GOPROXY=file://"+filepath.ToSlash(strings.TrimSpace(string(cache)))+"/cache/download", "GOSUMDB=off")
	if out, err := prepare.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	hiding, err := os.ReadFile(filepath.Join(folder, "bin", "lean", "tensor", "dtype_methods.go"))
	if err != nil || !strings.Contains(string(hiding), "MethodByName") {
		t.Errorf("%v\n%s", err, hiding)
	}
}
