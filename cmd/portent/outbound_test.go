//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
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

// startConfined starts the program and reads its output up to a word, or to its
// end.
func startConfined(t *testing.T, until string, args ...string) (cmd *exec.Cmd, output string) {
	t.Helper()
	cmd = exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), confined+"=1")
	cmd.Stderr = t.Output()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		output += lines.Text() + "\n"
		if strings.Contains(lines.Text(), until) {
			go func() { _, _ = io.Copy(io.Discard, stdout) }()
			return cmd, output
		}
	}
	if strings.Contains(output, "not confined") {
		_ = cmd.Wait()
		t.Skip("SKIPPED: the kernel does not confine: " + output)
	}
	return cmd, output
}

// TestNothingConnectsOutward serves in a process that the kernel kills when it opens
// a connection, and uses it.
func TestNothingConnectsOutward(t *testing.T) {
	cmd, output := startConfined(t, "stop ", "serve", "--addr", "127.0.0.1:0", "--grpc-addr", "127.0.0.1:0", "--rate", "1000")
	_, after, found := strings.Cut(output, "openapi")
	if !found {
		t.Fatalf("it does not serve: %s", output)
	}
	url, _, _ := strings.Cut(strings.TrimSpace(after), "/openapi.json")
	for _, door := range []struct{ kind, body string }{{"image/png", string(shipPicture(t))}, {"application/octet-stream", string(make([]byte, 4*3*32*32))}, {"application/json", `{"x": 1}`}} {
		response, err := http.Post(url+"/predict", door.kind, strings.NewReader(door.body))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	for _, path := range []string{"/", "/models/cifar10-resnet20", "/models/cifar10-resnet20/samples/ship.png", "/openapi.json", "/swagger/index.html", "/v2", "/readyz", "/nowhere"} {
		response, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	// The other way round: an engine on another server needs a connection.
	cmd, _ = startConfined(t, "stop ", "serve", "--engine", "remote", "--endpoint", "http://127.0.0.1:1", "--remote-model", "m")
	var ended *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &ended) || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGSYS {
		t.Errorf("a process that connects ended with %v", err)
	}
}
