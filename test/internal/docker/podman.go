package docker

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// goImage stands in for what the Dockerfile builds from, which would have to be pulled.
const goImage = "localhost/portent-test-go"

// Podman keeps everything in one folder, and asks the kernel for nothing that a
// container in a container may not have: overlays, and higher limits than its own.
const (
	storageConf = `[storage]
driver = "vfs"
graphroot = "%[1]s/images"
runroot = "%[1]s/run"
`
	containersConf = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]

[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
`
)

// script is the docker command. What this machine has compiled and downloaded is at
// hand when images are built. The image's format is docker's own, because the other
// one has no place for a health check.
const script = `#!/bin/sh
export CONTAINERS_STORAGE_CONF=%[1]s/storage.conf CONTAINERS_CONF=%[1]s/containers.conf
if [ "$1" = build ]; then
  shift
  exec podman build --build-arg GO_IMAGE=%[4]s --isolation chroot --layers=false --format docker --volume %[2]s:/proxy:ro --volume %[3]s:/cache "$@"
fi
exec podman "$@"
`

// StandIn returns the folder of a docker command that is podman's, in the test's own
// network. It keeps its images and containers for the time of the test, and builds
// from a stand-in for the Go image. The error tells what is missing for that, be it the
// right to run containers.
func StandIn(t *testing.T) (string, error) {
	t.Helper()
	for _, needed := range []string{"podman", "busybox"} {
		if _, err := exec.LookPath(needed); err != nil {
			return "", err
		}
	}
	folder, err := os.MkdirTemp("", "portent-docker") // t.TempDir would be removed before what is in it is
	if err != nil {
		t.Fatal(err)
	}
	must(t, exec.Command("go", "mod", "download")) // the image's build has no other source
	modules := filepath.Join(must(t, exec.Command("go", "env", "GOMODCACHE")), "cache", "download")
	for name, text := range map[string]string{
		"storage.conf":    fmt.Sprintf(storageConf, folder),
		"containers.conf": containersConf,
		"docker":          fmt.Sprintf(script, folder, modules, must(t, exec.Command("go", "env", "GOCACHE")), goImage),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o755); err != nil { // it holds a program
			t.Fatal(err)
		}
	}
	docker := filepath.Join(folder, "docker")
	t.Cleanup(func() {
		_ = exec.Command(docker, "rm", "--all", "--force", "--time", "0").Run()
		_ = os.RemoveAll(folder)
	})
	if out, err := exec.Command(docker, "info").CombinedOutput(); err != nil {
		return "", fmt.Errorf("podman cannot be used: %w: %s", err, bytes.TrimSpace(out))
	}
	importGo(t, docker)
	return folder, nil
}

// importGo makes an image of busybox and this machine's Go.
func importGo(t *testing.T, docker string) {
	t.Helper()
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, folder := range []string{"bin", "root", "tmp"} {
		if err := os.Mkdir(filepath.Join(root, folder), 0o755); err != nil { // as in every image
			t.Fatal(err)
		}
	}
	must(t, exec.Command("cp", busybox, filepath.Join(root, "bin", "busybox")))
	for applet := range strings.FieldsSeq(must(t, exec.Command(busybox, "--list"))) {
		if err := os.Symlink("busybox", filepath.Join(root, "bin", applet)); err != nil && applet != "busybox" {
			t.Fatal(err)
		}
	}
	above, goroot := filepath.Split(must(t, exec.Command("go", "env", "GOROOT")))
	archive := filepath.Join(t.TempDir(), "go.tar")
	pack := []string{"--create", "--file", archive, "--owner", "0", "--group", "0", "--transform", "s,^" + goroot + "/,usr/local/go/,", "--directory", root, "bin", "root", "tmp", "--directory", above}
	for _, part := range []string{"bin", "pkg", "src", "go.env", "VERSION"} {
		pack = append(pack, goroot+"/"+part)
	}
	must(t, exec.Command("tar", pack...))
	load := []string{"import"}
	for _, variable := range []string{
		"PATH=/usr/local/go/bin:/bin", "HOME=/root", "GOPATH=/go", "GOCACHE=/cache",
		"GOPROXY=file:///proxy", "GOSUMDB=off", "GOTOOLCHAIN=local",
	} {
		load = append(load, "--change", "ENV "+variable)
	}
	must(t, exec.Command(docker, append(load, archive, goImage)...))
}
