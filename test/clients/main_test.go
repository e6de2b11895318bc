package clients

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const root = "../.."

// Where `make clients` has installed what is written in Python. Each has
// dependencies of its own.
const (
	clientsPython  = "CLIENTS_PYTHON"
	mlserverPython = "MLSERVER_PYTHON"
)

// The programs that are tried, built for the test.
var portent, grpcurl string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "clients")
	if err != nil {
		panic(err)
	}
	portent, grpcurl = filepath.Join(folder, "portent"), filepath.Join(folder, "grpcurl")
	status := 1
	if build(root, portent, "-tags", "nethttpomithttp2", "-trimpath", "./cmd/portent") && build(".", grpcurl, "github.com/fullstorydev/grpcurl/cmd/grpcurl") {
		status = m.Run()
	}
	_ = os.RemoveAll(folder)
	os.Exit(status)
}

// build builds a program as it is shipped.
func build(folder, binary string, args ...string) bool {
	command := exec.Command("go", append([]string{"build", "-o", binary}, args...)...)
	command.Dir, command.Env = folder, append(os.Environ(), "CGO_ENABLED=0")
	out, err := command.CombinedOutput()
	if err != nil {
		fmt.Fprintf(os.Stderr, "go build %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return err == nil
}

// goTool runs the go command in this module.
func goTool(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// python returns an installed Python, or says aloud that there is none.
func python(t *testing.T, variable string) string {
	t.Helper()
	return installed(t, variable, "Python 3 with venv and the package index; make clients installs the rest")
}

// installed returns where a variable says that something is, or says aloud that it
// is not. On CI it must be there.
func installed(t *testing.T, variable, needs string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path != "" {
		return path
	}
	why := "SKIPPED: this needs " + needs
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
	return ""
}

// longest bounds a script.
const longest = 3 * time.Minute

// run runs a command in a folder of its own and logs what it prints. What it says
// of errors is shown if it fails.
func run(t *testing.T, command string, args ...string) string {
	t.Helper()
	out, errors, err := try(t, command, args...)
	if out != "" {
		t.Log("\n" + out)
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(command), err, errors)
	}
	return out
}

// try runs a command that may fail.
func try(t *testing.T, command string, args ...string) (out, errors string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	process := exec.CommandContext(ctx, command, args...)
	var stdout, stderr bytes.Buffer
	process.Stdout, process.Stderr, process.Dir = &stdout, &stderr, t.TempDir()
	process.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONWARNINGS=ignore")
	err = process.Run()
	return stdout.String(), stderr.String(), err
}

// beside returns the path of a file beside this one.
func beside(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
