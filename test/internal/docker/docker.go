// Package docker gives tests a docker command: that of the machine where its engine
// answers, and else podman's, which takes the same arguments and needs no engine.
package docker

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Folder returns a folder to be put first on the search path: the docker in it builds
// images and runs containers. Without an engine and what stands in for one, the test
// is skipped aloud, and on CI it fails.
func Folder(t *testing.T) string {
	t.Helper()
	if exec.Command("docker", "info").Run() == nil {
		program, err := exec.LookPath("docker")
		if err != nil {
			t.Fatal(err)
		}
		return filepath.Dir(program)
	}
	folder, err := StandIn(t)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skipf("SKIPPED: no image is built or run, because no docker engine answers, and %v", err)
	}
	return folder
}

// must runs a command and returns what it prints.
func must(t *testing.T, command *exec.Cmd) string {
	t.Helper()
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", command, err, out)
	}
	return strings.TrimSpace(string(out))
}
