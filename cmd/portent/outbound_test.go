//go:build linux

package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/portent-go/portent/test/servertest"
)

// confined is the variable that makes the test binary the program, which the kernel
// kills when it calls connect.
const confined = "TEST_CONFINED"

// asProgram is the variable that makes the test binary the program.
const asProgram = "TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	if os.Getenv(confined) == "" {
		os.Exit(m.Run())
	}
	if err := confine(); err != nil {
		fmt.Println("not confined:", err)
		os.Exit(0)
	}
	main()
}

// confine has the kernel kill the process when any of its threads calls connect,
// without which no connection leaves and no name is looked up.
func confine() error {
	architecture := map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}[runtime.GOARCH]
	if architecture == 0 {
		return errors.New("the number of connect is not known for " + runtime.GOARCH)
	}
	const number, arch = 0, 4 // where struct seccomp_data has them
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: arch},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 2, K: architecture},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: number},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: unix.SYS_CONNECT},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_KILL_PROCESS},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	return nil
}

// confinedProgram returns the program, to be confined.
func confinedProgram(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), confined+"=1")
	return cmd
}

// startConfined starts a confined server on free ports, until the test ends.
func startConfined(t *testing.T, args ...string) *servertest.Server {
	t.Helper()
	switch out, err := confinedProgram("version").Output(); {
	case err != nil:
		t.Fatal(err)
	case strings.Contains(string(out), "not confined"):
		t.Skipf("SKIPPED: the kernel does not confine: %s", out)
	}
	return servertest.Start(t, confinedProgram(append([]string{"serve", "--addr", "127.0.0.1:0", "--grpc-addr", "127.0.0.1:0"}, args...)...))
}

// TestNothingConnectsOutward serves in a process that the kernel kills when it opens
// a connection, and uses it.
func TestNothingConnectsOutward(t *testing.T) {
	server := startConfined(t, "--rate", "1000")
	for _, door := range []struct{ kind, body string }{{"image/png", string(shipPicture(t))}, {"application/octet-stream", string(make([]byte, 4*3*32*32))}, {"application/json", `{"x": 1}`}} {
		response, err := http.Post(server.URL+"/predict", door.kind, strings.NewReader(door.body))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	for _, path := range []string{"/", "/models/cifar10-resnet20", "/models/cifar10-resnet20/samples/ship.png", "/openapi.json", "/swagger/index.html", "/v2", "/readyz", "/nowhere"} {
		response, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	server.Stop(t)
	// The other way round: an engine on another server needs a connection.
	err := confinedProgram("serve", "--engine", "remote", "--endpoint", "http://127.0.0.1:1", "--remote-model", "m").Run()
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGSYS {
		t.Errorf("a process that connects ended with %v", err)
	}
}
