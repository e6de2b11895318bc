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

// tool builds and runs images.
type tool interface {
	build(t *testing.T)
	inspect(t *testing.T) config
	files(t *testing.T) (names []string, size int64)
	start(t *testing.T, addr string) *container
	confine(t *testing.T, profile seccomp, args ...string) *container
	run(command ...string) (string, error)
}

func toolOf(t *testing.T) tool {
	t.Helper()
	if exec.Command("docker", "info").Run() == nil {
		return docker{}
	}
	if _, err := exec.LookPath("buildah"); err != nil {
		skip(t, "there is neither a docker engine nor buildah")
	}
	return &buildah{}
}

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

// docker uses an engine.
type docker struct{}

func (docker) build(t *testing.T) { must(t, "docker", "build", "-t", name, root) }

func (docker) inspect(t *testing.T) (c config) {
	out := must(t, "docker", "image", "inspect", "--format", "{{json .Config}}", name)
	if err := json.Unmarshal([]byte(out), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func (docker) files(t *testing.T) ([]string, int64) {
	id := must(t, "docker", "create", name)
	defer must(t, "docker", "rm", id)
	archive := filepath.Join(t.TempDir(), "image.tar")
	must(t, "docker", "export", "-o", archive, id)
	folder := t.TempDir()
	// What the engine itself puts into every container is not the image's.
	must(t, "tar", "-xf", archive, "-C", folder, "--exclude=dev*", "--exclude=etc*", "--exclude=proc*", "--exclude=sys*", "--exclude=.dockerenv")
	return list(t, folder)
}

func (docker) start(t *testing.T, addr string) *container {
	return launch(t, exec.Command("docker", "run", "--rm", "--network", "host", "--read-only", "--cap-drop", "ALL", "-e", "PORTENT_ADDR="+addr, name))
}

func (docker) confine(t *testing.T, profile seccomp, args ...string) *container {
	file := filepath.Join(t.TempDir(), "seccomp.json")
	if err := os.WriteFile(file, profile.json(t), 0o600); err != nil {
		t.Fatal(err)
	}
	all := append([]string{
		"run", "--rm", "--network", "host", "--read-only", "--user", "65532:65532", "--cap-drop", "ALL",
		"--security-opt", "no-new-privileges", "--security-opt", "seccomp=" + file, name,
	}, args...)
	return launch(t, exec.Command("docker", all...))
}

func (docker) run(command ...string) (string, error) {
	args := append([]string{"run", "--rm", "--network", "host", "--entrypoint", command[0], name}, command[1:]...)
	out, err := exec.Command("docker", args...).CombinedOutput()
	return string(out), err
}

// buildah works where no engine runs. It builds from a stand-in for the Go image,
// made of this machine's own Go, and from its caches: what make build has compiled
// is not compiled again. The format is docker's, because the other one has no place
// for a health check.
type buildah struct{ container string }

func (b *buildah) call(args ...string) []string {
	return append([]string{"--storage-driver", "vfs"}, args...)
}

func (b *buildah) must(t *testing.T, args ...string) string {
	t.Helper()
	return must(t, "buildah", b.call(args...)...)
}

const standIn = "localhost/portent-test-go"

func (b *buildah) build(t *testing.T) {
	b.makeStandIn(t)
	must(t, "go", "mod", "download")
	modules := filepath.Join(must(t, "go", "env", "GOMODCACHE"), "cache", "download")
	b.must(t, "bud", "--isolation", "chroot", "--format", "docker", "--build-arg", "GO_IMAGE="+standIn, "-v", modules+":/proxy:ro", "-v", must(t, "go", "env", "GOCACHE")+":/cache", "-t", name, root)
	b.container = b.must(t, "from", name)
	t.Cleanup(func() {
		b.must(t, "rm", b.container)
		b.must(t, "rmi", "--force", name, standIn)
	})
}

// makeStandIn makes an image of busybox and Go.
func (b *buildah) makeStandIn(t *testing.T) {
	id := b.must(t, "from", "scratch")
	defer b.must(t, "rm", id)
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		skip(t, "there is no busybox for the build image")
	}
	goroot := must(t, "go", "env", "GOROOT")
	b.must(t, "copy", id, busybox, "/bin/busybox")
	for _, part := range []string{"bin", "pkg", "src", "go.env", "VERSION"} {
		b.must(t, "copy", id, filepath.Join(goroot, part), "/usr/local/go/"+part)
	}
	b.must(t, "run", "--isolation", "chroot", id, "/bin/busybox", "--install", "-s", "/bin")
	b.must(t, "run", "--isolation", "chroot", id, "/bin/busybox", "mkdir", "-p", "/tmp", "/root")
	b.must(t, "config", "--env", "PATH=/usr/local/go/bin:/bin", "--env", "GOPATH=/go", "--env", "HOME=/root",
		"--env", "GOPROXY=file:///proxy", "--env", "GOSUMDB=off", "--env", "GOCACHE=/cache", "--env", "GOTOOLCHAIN=local", id)
	b.must(t, "commit", id, standIn)
}

func (b *buildah) inspect(t *testing.T) config {
	var image struct {
		Docker struct{ Config config }
	}
	if err := json.Unmarshal([]byte(b.must(t, "inspect", "--type", "image", name)), &image); err != nil {
		t.Fatal(err)
	}
	return image.Docker.Config
}

func (b *buildah) files(t *testing.T) ([]string, int64) {
	return list(t, b.must(t, "mount", b.container))
}

func (b *buildah) start(t *testing.T, addr string) *container {
	return launch(t, exec.Command("buildah", b.call("run", "--isolation", "chroot", "--env", "PORTENT_ADDR="+addr, b.container, "/portent", "serve")...))
}

func (b *buildah) confine(t *testing.T, profile seccomp, args ...string) *container {
	return newBundle(t, filepath.Join(b.must(t, "mount", b.container), "portent"), profile, args...).run(t)
}

func (b *buildah) run(command ...string) (string, error) {
	out, err := exec.Command("buildah", b.call(append([]string{"run", "--isolation", "chroot", b.container}, command...)...)...).CombinedOutput()
	return string(out), err
}

// list returns the regular files below a folder and how large they are.
func list(t *testing.T, folder string) (names []string, size int64) {
	t.Helper()
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
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return names, size
}
