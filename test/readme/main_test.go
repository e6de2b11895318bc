//go:build documents && unix

package readme

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binaryVariable names the folder of the program under test to the test that runs in
// a network of its own.
const binaryVariable = "README_TEST_BINARY"

// tags are those with which the program is shipped.
const tags = "nethttpomithttp2,grpcnotrace"

// Main runs a package's tests in a network of their own, so that commands can use the
// ports that a document names, with a freshly built program of the repository whose
// root is given. It returns the exit status.
func Main(m *testing.M, root string) int {
	if os.Getenv(binaryVariable) != "" {
		if err := loopback(); err != nil {
			return fail("lo cannot be brought up: %v", err)
		}
		if err := hosts(os.Getenv(binaryVariable), "one", "two"); err != nil {
			return fail("names of machines cannot be made: %v", err)
		}
		return m.Run()
	}
	folder, err := os.MkdirTemp("", "portent-readme")
	if err != nil {
		return fail("%v", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -X main.version=devel", "-tags", tags, "-o", filepath.Join(folder, "portent"), "./cmd/portent")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fail("go build: %v\n%s", err, out)
	}
	download := exec.Command("go", "mod", "download") // which images are built of, where there is no way out
	download.Dir = root
	if out, err := download.CombinedOutput(); err != nil {
		return fail("go mod download: %v\n%s", err, out)
	}
	status, err := again(append(os.Environ(), binaryVariable+"="+folder))
	switch {
	case err == nil:
		return status
	case os.Getenv("CI") == "true":
		return fail("no network of its own can be made here: %v", err)
	default:
		fmt.Printf("SKIPPED: the documents' commands need a network of their own (CLONE_NEWNET), which is not allowed here: %v\n", err)
		return 0
	}
}

func fail(format string, args ...any) int {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	return 1
}
