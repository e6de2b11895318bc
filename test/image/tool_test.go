//go:build image

package image_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tool builds and runs images: a docker command.
type tool string

// skip says aloud what is missing. On CI nothing may be.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip("SKIPPED: the image is not tested, because " + why)
}

// must runs a command and returns what it prints.
func must(t *testing.T, command string, args ...string) string {
	t.Helper()
	out, err := exec.Command(command, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", command, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (d tool) must(t *testing.T, args ...string) string {
	t.Helper()
	return must(t, string(d), args...)
}

func (d tool) build(t *testing.T) {
	t.Helper()
	d.must(t, "build", "-t", name, root)
	t.Cleanup(func() { d.must(t, "rmi", "--force", name) })
}

func (d tool) inspect(t *testing.T) (c config) {
	t.Helper()
	if err := json.Unmarshal([]byte(d.must(t, "image", "inspect", "--format", "{{json .Config}}", name)), &c); err != nil {
		t.Fatal(err)
	}
	// A health check is part of the image, but podman keeps it beside its configuration.
	if out, err := exec.Command(string(d), "image", "inspect", "--format", "{{json .HealthCheck}}", name).Output(); err == nil {
		err = json.Unmarshal(out, &c.Healthcheck)
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// files returns what the image holds, and how large it is.
func (d tool) files(t *testing.T) (names []string, size int64) {
	t.Helper()
	folder := d.export(t)
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		names, size = append(names, name), size+info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, size
}

// export unpacks what the image holds, without what an engine itself puts into every
// container.
func (d tool) export(t *testing.T) (folder string) {
	t.Helper()
	id := d.must(t, "create", name)
	defer d.must(t, "rm", id)
	archive, folder := filepath.Join(t.TempDir(), "image.tar"), t.TempDir()
	d.must(t, "export", "-o", archive, id)
	must(t, "tar", "-xf", archive, "-C", folder, "--anchored", "--exclude=dev", "--exclude=etc", "--exclude=proc", "--exclude=run", "--exclude=sys", "--exclude=.dockerenv")
	return folder
}

// start starts a server on an address of this machine, with its root read-only.
func (d tool) start(t *testing.T, addr string) *container {
	t.Helper()
	return d.launch(t, []string{"--read-only", "--cap-drop", "ALL", "-e", "PORTENT_ADDR=" + addr, "-e", "PORTENT_GRPC_ADDR=127.0.0.1:0"})
}

// confine runs the program as a user that is a number, with nothing that it may do
// and no way to get it.
func (d tool) confine(t *testing.T, profile seccomp, args ...string) *container {
	t.Helper()
	file := filepath.Join(t.TempDir(), "seccomp.json")
	if err := os.WriteFile(file, profile.json(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return d.launch(t, []string{
		"--read-only", "--user", "65532:65532", "--cap-drop", "ALL",
		"--security-opt", "no-new-privileges", "--security-opt", "seccomp=" + file,
	}, args...)
}

// run runs a command in the image to its end.
func (d tool) run(command ...string) (string, error) {
	args := append([]string{"run", "--rm", "--network", "host", "--entrypoint", command[0], name}, command[1:]...)
	out, err := exec.Command(string(d), args...).CombinedOutput()
	return string(out), err
}
