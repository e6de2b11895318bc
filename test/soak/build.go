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
	args := []string{"build", "-tags", "nethttpomithttp2,grpcnotrace", "-trimpath", "-ldflags", "-s -w", "-o", to}
	static := "CGO_ENABLED=0"
	if race {
		args, static = append(args, "-race"), "CGO_ENABLED=1"
	} else {
		args = append(args, "-modfile=bin/lean/go.mod")
	}
	args = append(append(args, more...), "./cmd/portent")
	if !race {
		prepare := exec.CommandContext(ctx, "sh", "tools/lean/prepare.sh")
		prepare.Dir = root
		if out, err := prepare.CombinedOutput(); err != nil {
			return fmt.Errorf("preparing the build: %w\n%s", err, out)
		}
	}
	command := exec.CommandContext(ctx, "go", args...) //nolint:gosec // what is written here
	command.Dir, command.Env = root, append(os.Environ(), static)
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
