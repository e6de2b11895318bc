//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"syscall"
)

// jailArgument has this program put itself into a jail and become another program
// there.
const jailArgument = "-jail"

// jail is what a process is kept within. The zero value is none.
type jail struct {
	Files    uint64 // most descriptors; 0: as they are
	FileSize uint64 // most bytes of a file that is written; 0: as they are
	ReadOnly bool   // no file system can be written to
	Small    string // a folder on which a file system of 64 kB is put
	Log      string // a file for stdout and stderr
}

// mounts reports whether the jail needs file systems of its own.
func (j jail) mounts() bool { return j.ReadOnly || j.Small != "" }

// command returns what starts a program in the jail.
func (j jail) command(program string, args []string) ([]string, error) {
	if j == (jail{}) {
		return append([]string{program}, args...), nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	return append([]string{self, jailArgument, string(text), program}, args...), nil
}

// enterJail sets the jail's limits and becomes the program. It returns only if that
// fails.
func enterJail(args []string) error {
	var j jail
	if len(args) < 2 {
		return fmt.Errorf("%s: a jail and a program are missing", jailArgument)
	}
	if err := json.Unmarshal([]byte(args[0]), &j); err != nil {
		return err
	}
	if err := j.mount(); err != nil {
		return err
	}
	if j.Log != "" {
		if err := redirect(j.Log); err != nil {
			return err
		}
	}
	const fileSize = 1 // RLIMIT_FSIZE
	for resource, most := range map[int]uint64{syscall.RLIMIT_NOFILE: j.Files, fileSize: j.FileSize} {
		if most == 0 {
			continue
		}
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("limiting resource %d: %w", resource, err)
		}
	}
	return syscall.Exec(args[1], args[1:], os.Environ()) //nolint:gosec // the program is the one that the scenario has built
}

// mount changes the process's own file systems, which nobody else sees.
func (j jail) mount() error {
	if !j.mounts() {
		return nil
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	if j.ReadOnly {
		if err := readOnly(); err != nil {
			return err
		}
	}
	if j.Small != "" {
		if err := syscall.Mount("soak", j.Small, "tmpfs", 0, "size=64k"); err != nil {
			return fmt.Errorf("mounting a small file system: %w", err)
		}
	}
	return nil
}

// redirect has stdout and stderr go to a file.
func redirect(name string) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer closed(file)
	for _, to := range []int{1, 2} {
		if err := syscall.Dup3(int(file.Fd()), to, 0); err != nil {
			return err
		}
	}
	return nil
}
