//go:build documents

package readme

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// own returns how a process gets a network of its own, in which every port is free
// and nothing is reached beyond it.
func own() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		attributes.Cloneflags |= unix.CLONE_NEWUSER
		attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
		attributes.AmbientCaps = []uintptr{unix.CAP_NET_ADMIN, unix.CAP_SYS_ADMIN}
	}
	return attributes
}

// again runs this test once more in a network of its own and returns its exit
// status; an error if that is not allowed here.
func again(environ []string) (int, error) {
	command := exec.Command("/proc/self/exe", os.Args[1:]...)
	command.Args[0], command.Env, command.SysProcAttr = os.Args[0], environ, own()
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// hosts has this process and those that it starts know other machines by name, all
// of which are this one.
func hosts(folder string, names ...string) error {
	file := filepath.Join(folder, "hosts")
	if err := os.WriteFile(file, []byte("127.0.0.1 localhost "+strings.Join(names, " ")+"\n::1 localhost\n"), 0o644); err != nil { // to be read by all
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mounts of one's own: %w", err)
	}
	return unix.Mount(file, "/etc/hosts", "", unix.MS_BIND, "")
}

// loopback makes localhost reachable, which it is not at first.
func loopback() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(socket) }()
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(socket, unix.SIOCGIFFLAGS, request); err != nil {
		return fmt.Errorf("the flags of lo: %w", err)
	}
	request.SetUint16(request.Uint16() | unix.IFF_UP)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request)
}
