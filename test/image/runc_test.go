//go:build image

package image_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// seccomp is what the kernel does about a process's system calls, as the runtime
// specification of OCI has it.
type seccomp struct {
	DefaultAction string        `json:"defaultAction"`
	Syscalls      []seccompRule `json:"syscalls"`
}

type seccompRule struct {
	Names  []string `json:"names"`
	Action string   `json:"action"`
}

func (s seccomp) json(t *testing.T) []byte {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// noWayOut kills a process that begins to connect, or sends to whom it has no
// connection with. What asks the kernel in other ways is not let do that either.
var noWayOut = seccomp{DefaultAction: "SCMP_ACT_ALLOW", Syscalls: []seccompRule{
	{Names: []string{"connect", "sendto", "sendmsg", "sendmmsg", "io_uring_setup"}, Action: "SCMP_ACT_KILL_PROCESS"},
}}

// bundle is a container's files as runc takes them.
type bundle struct{ folder, state string }

const bundleID = "portent-test"

// newBundle places the image's binary in a root that cannot be written to, for a
// user that is a number, without capabilities and without a way to get some.
func newBundle(t *testing.T, binary string, profile seccomp, args ...string) bundle {
	t.Helper()
	if _, err := exec.LookPath("runc"); err != nil || os.Getuid() != 0 {
		skip(t, "confining it needs runc, and root's rights")
	}
	b := bundle{folder: t.TempDir(), state: t.TempDir()}
	must(t, "runc", "spec", "--bundle", b.folder)
	file := filepath.Join(b.folder, "config.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var spec map[string]any
	if err := json.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	process, linux := spec["process"].(map[string]any), spec["linux"].(map[string]any)
	process["args"] = append([]string{"/portent"}, args...)
	process["terminal"], process["noNewPrivileges"] = false, true
	process["user"], process["capabilities"] = map[string]int{"uid": 65532, "gid": 65532}, map[string][]string{}
	spec["root"] = map[string]any{"path": "rootfs", "readonly": true}
	linux["namespaces"] = []map[string]string{{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}} // the network is the host's
	linux["seccomp"] = profile
	if text, err = json.Marshal(spec); err != nil {
		t.Fatal(err)
	}
	rootfs := filepath.Join(b.folder, "rootfs")
	if err := errors.Join(os.WriteFile(file, text, 0o600), os.Mkdir(rootfs, 0o755)); err != nil {
		t.Fatal(err)
	}
	must(t, "cp", binary, filepath.Join(rootfs, "portent"))
	return b
}

func (b bundle) command(args ...string) *exec.Cmd {
	return exec.Command("runc", append([]string{"--root", b.state}, args...)...)
}

// started is how a start went, from the process's execve until the server says that
// it is ready. All its threads together computed for a time, and waited for another
// one until the machine had a processor for them.
type started struct{ took, computed, waited time.Duration }

// startToReady starts the server once. runc makes everything ready and then waits
// for somebody who opens a pipe: what it does after that takes well under a
// millisecond, and is counted.
func (b bundle) startToReady(t *testing.T, addr string) started {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	pid := filepath.Join(t.TempDir(), "pid")
	create := b.command("create", "--bundle", b.folder, "--pid-file", pid, bundleID)
	create.Stdout, create.Stderr = log, log
	if err := create.Run(); err != nil {
		text, _ := os.ReadFile(log.Name())
		t.Fatalf("%v\n%s", err, text)
	}
	defer func() {
		if out, err := b.command("delete", "--force", bundleID).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}()
	start := time.Now()
	pipe, err := os.Open(filepath.Join(b.state, bundleID, "exec.fifo"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pipe.Close() }()
	for deadline := start.Add(time.Minute); ; time.Sleep(200 * time.Microsecond) {
		if response, err := http.Get("http://" + addr + "/readyz"); err == nil {
			s := started{took: time.Since(start)}
			s.computed, s.waited = threads(t, pid)
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				t.Fatalf("/readyz: %s", response.Status)
			}
			http.DefaultClient.CloseIdleConnections()
			return s
		}
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("it is not ready\n%s", text)
		}
	}
}

// threads returns for how long all threads of a process had a processor, and for how
// long they waited for one.
func threads(t *testing.T, pidFile string) (computed, waited time.Duration) {
	t.Helper()
	pid, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join("/proc", string(pid), "task", "*", "schedstat"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d threads: %v", len(files), err)
	}
	for _, file := range files {
		text, _ := os.ReadFile(file) // a thread may have ended
		var ran, delayed time.Duration
		if _, err := fmt.Sscan(string(text), &ran, &delayed); err == nil {
			computed, waited = computed+ran, waited+delayed
		}
	}
	return computed, waited
}
