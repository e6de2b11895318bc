package deploy

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	core "k8s.io/api/core/v1"

	"golang.org/x/sys/unix"
)

const models = "/mnt/models" // where KServe puts a model

// binary returns Portent, built as for the image.
func binary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "portent")
	command := exec.Command("go", "build", "-tags", "nethttpomithttp2,grpcnotrace", "-o", path, "./cmd/portent")
	command.Dir, command.Env = "../..", append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// container returns the command that starts a container as its manifest says: the
// image's entry point with the manifest's arguments, as its user, in a root that
// holds the binary and the model and can be read only. Only addresses differ: free
// ports on the loopback. A jail needs root's rights; without them the user and the
// root are those of the test, and the log says so.
func container(t *testing.T, c core.Container, model string) *exec.Cmd {
	t.Helper()
	root := t.TempDir()
	t.Cleanup(func() { unmount(t, root) }) // before the folder is removed
	place(t, binary(t), filepath.Join(root, "portent"))
	mounted := filepath.Join(root, models)
	if err := os.MkdirAll(mounted, 0o755); err != nil {
		t.Fatal(err)
	}
	place(t, model, filepath.Join(mounted, filepath.Base(model)))

	args := loopback(c.Args)
	command := exec.Command("/portent", args...)
	if err := jail(root); err != nil {
		t.Logf("SKIPPED: neither the user nor the read-only root of the manifest: %v", err)
		for i := range args {
			args[i] = strings.Replace(args[i], models, mounted, 1)
		}
		command = exec.Command(filepath.Join(root, "portent"), args...)
	} else {
		id := uint32(*c.SecurityContext.RunAsUser)
		command.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: id, Gid: id}}
		command.Dir = "/"
	}
	command.Env = []string{
		// What Kubernetes tells of a Service that happens to be named so.
		"PORTENT_SERVICE_HOST=10.0.0.1", "PORTENT_SERVICE_PORT=8000", "PORTENT_PORT=tcp://10.0.0.1:8000", "PORTENT_PORT_8000_TCP_ADDR=10.0.0.1",
	}
	for _, variable := range c.Env {
		command.Env = append(command.Env, variable.Name+"="+variable.Value)
	}
	return command
}

// jail makes a folder one that cannot be written to, by nobody.
func jail(root string) error {
	if os.Getuid() != 0 {
		return errors.New("that needs root's rights")
	}
	// The way there is for other users too.
	for path := root; path != os.TempDir() && path != "/"; path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o755); err != nil {
			return err
		}
	}
	if err := unix.Mount(root, root, "", unix.MS_BIND, ""); err != nil {
		return err
	}
	return unix.Mount("", root, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, "")
}

func unmount(t *testing.T, root string) {
	if err := unix.Unmount(root, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.EPERM) {
		t.Error(err)
	}
}

// place copies a file.
func place(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o755); err != nil {
		t.Fatal(err)
	}
}

// loopback replaces the addresses among arguments, and adds those that are left out.
func loopback(args []string) (made []string) {
	for _, arg := range args {
		if !strings.HasPrefix(arg, "--addr=") && !strings.HasPrefix(arg, "--grpc-addr=") {
			made = append(made, arg)
		}
	}
	return append(made, "--addr=127.0.0.1:0", "--grpc-addr=127.0.0.1:0")
}

// inJail checks what the kernel says of a process that container started: its user,
// its capabilities, and that nothing can be written where it runs.
func inJail(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if command.SysProcAttr == nil {
		return // and the log says so
	}
	process := filepath.Join("/proc", strconv.Itoa(command.Process.Pid))
	status, err := os.ReadFile(filepath.Join(process, "status"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\nUid:\t65532\t65532\t65532\t65532\n", "\nGid:\t65532\t65532\t65532\t65532\n", "\nCapEff:\t0000000000000000\n"} {
		if !strings.Contains(string(status), want) {
			t.Errorf("its status does not say %q:\n%s", want, status)
		}
	}
	if err := os.WriteFile(filepath.Join(process, "root", models, "new"), nil, 0o600); !errors.Is(err, syscall.EROFS) {
		t.Errorf("its root can be written to: %v", err)
	}
}
