//go:build linux

package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// kernelsOwn are the kinds of file systems that hold no files of anybody's.
const kernelsOwn = " proc sysfs cgroup cgroup2 devpts mqueue securityfs debugfs tracefs bpf pstore nsfs "

// readOnly makes every file system one that can only be read, as the process sees
// it.
func readOnly() error {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return err
	}
	for entry := range strings.Lines(string(mounts)) {
		fields := strings.Fields(entry)
		if len(fields) < 3 || strings.Contains(kernelsOwn, " "+fields[2]+" ") {
			continue
		}
		place := strings.ReplaceAll(fields[1], `\040`, " ")
		if err := syscall.Mount("", place, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""); err != nil {
			return fmt.Errorf("making %s read-only: %w", place, err)
		}
	}
	if file, err := os.CreateTemp("", "soak"); err == nil {
		return fmt.Errorf("%s could still be written", file.Name())
	}
	return nil
}
