//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// build builds the program as it is shipped, or with the race detector.
func build(ctx context.Context, to string, race bool, more ...string) error {
	root, err := goTool(ctx, "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return err
	}
	args, environ := []string{"sh", "tools/lean/build.sh", "-o", to}, os.Environ()
	if race {
		args = []string{"go", "build", "-race", "-tags", "nethttpomithttp2,grpcnotrace", "-o", to, "./cmd/portent"}
		environ = append(environ, "CGO_ENABLED=1")
	}
	args = append(args, more...)
	command := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // what is written here
	command.Dir, command.Env = root, environ
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("building the program: %w\n%s", err, out)
	}
	return nil
}

// goTool returns what the go command answers.
func goTool(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "go", args...).Output() //nolint:gosec // what is written here
	if err != nil {
		return "", fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// distribution returns the path of a file of Go's distribution.
func distribution(ctx context.Context, name string) (string, error) {
	root, err := goTool(ctx, "env", "GOROOT")
	return filepath.Join(root, "src", filepath.FromSlash(name)), err
}
