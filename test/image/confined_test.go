//go:build image

package image_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// confined uses a server that may do nothing beyond serving, and that the kernel
// kills when it turns to anybody by itself.
func confined(t *testing.T, tool tool) {
	addr := freeAddr(t)
	c := tool.confine(t, noWayOut, "serve", "--addr", addr, "--grpc-addr", "127.0.0.1:0", "--rate", "1000")
	waitReady(t, "http://"+addr+"/readyz", c)
	mayDoNothing(t, c.server())
	if label := predict(t, "http://"+addr+"/predict"); label != "ship" {
		t.Errorf("the sample ship is taken for a %q", label)
	}
	swagger(t, "http://"+addr+"/swagger/")
	for _, path := range []string{"/", "/openapi.json", "/metrics", "/v2", "/v2/models/cifar10-resnet20", "/v2/models/stats"} {
		get(t, "http://"+addr+path)
	}
	if err := c.stop(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, c.log)
	}
	// The other way round: what connects is killed. The health command is all there is
	// besides an engine on other servers, and asks its own machine.
	c = tool.confine(t, noWayOut, "health", "--addr", addr)
	select {
	case err := <-c.done:
		t.Log(err)
	case <-time.After(time.Minute):
		t.Fatal("the health command does not end")
	}
	if killed := 128 + int(syscall.SIGSYS); c.command.ProcessState.ExitCode() != killed {
		t.Errorf("a process that connects ended with %v, expected exit status %d\n%s", c.command.ProcessState, killed, c.log)
	}
}

// mayDoNothing checks what the kernel says of a process: its user, its capabilities,
// that it can get none, and that its root cannot be written to.
func mayDoNothing(t *testing.T, process int) {
	t.Helper()
	folder := filepath.Join("/proc", fmt.Sprint(process))
	status, err := os.ReadFile(filepath.Join(folder, "status"))
	if err != nil {
		t.Fatal(err)
	}
	const none = "0000000000000000"
	for _, want := range []string{
		"Uid:\t65532\t65532\t65532\t65532", "Gid:\t65532\t65532\t65532\t65532", "CapInh:\t" + none, "CapPrm:\t" + none, "CapEff:\t" + none, "CapBnd:\t" + none, "CapAmb:\t" + none,
		"NoNewPrivs:\t1", "Seccomp:\t2",
	} {
		if !strings.Contains(string(status), "\n"+want+"\n") {
			t.Errorf("its status does not say %q:\n%s", want, status)
		}
	}
	mounts, err := os.ReadFile(filepath.Join(folder, "mounts"))
	if os.IsPermission(err) {
		t.Log("SKIPPED: whether its root can be written to is for root to see")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		if fields := strings.Fields(line); fields[1] == "/" && !slices.Contains(strings.Split(fields[3], ","), "ro") {
			t.Errorf("its root can be written to: %s", line)
		}
	}
}

const (
	startsWithin = 100 * time.Millisecond
	leastStarts  = 5
	mostStarts   = 30 // on a machine that has other things to do
)

// startsAtOnce looks for the shortest time that the confined server needs to be
// ready, from the execve of its process. Longer ones tell of the machine. An engine
// does not tell when that was; runc does.
func startsAtOnce(t *testing.T, tool tool) {
	addr := freeAddr(t)
	made := newBundle(t, filepath.Join(tool.export(t), "portent"), noWayOut, "serve", "--addr", addr, "--grpc-addr", "127.0.0.1:0")
	best, n := made.startToReady(t, addr), 1
	for ; n < leastStarts || n < mostStarts && best.took >= startsWithin; n++ {
		if s := made.startToReady(t, addr); s.took < best.took {
			best = s
		}
	}
	t.Logf("from execve to /readyz 200 at best of %d starts: %v, with %v of all threads on processors and %v of waiting for one", n, best.took, best.computed, best.waited)
	switch busy := best.waited > best.took/4; {
	case best.took < startsWithin:
	case busy:
		t.Skip("SKIPPED: the machine has too much else to do to tell how fast it starts")
	default:
		t.Errorf("it takes %v to be ready", best.took)
	}
}
