package main

import (
	"bytes"
	"errors"
	"math"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// keepLimit puts the process's own limit back, and forgets what the environment says.
func keepLimit(t *testing.T) {
	t.Helper()
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	for _, name := range []string{"GOMEMLIMIT", "AUTOMEMLIMIT"} {
		t.Setenv(name, "")
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
}

// limited runs limitMemory in a container, and returns the limit and the log.
func limited(t *testing.T, container memlimit.Provider) (limit int64, log string) {
	t.Helper()
	var text bytes.Buffer
	logger, err := newLogger(&text, "info", "text")
	if err != nil {
		t.Fatal(err)
	}
	limitMemory(container, logger)
	return debug.SetMemoryLimit(-1), text.String()
}

func TestMemoryIsLimitedAsTheContainerIs(t *testing.T) {
	keepLimit(t)
	if limit, log := limited(t, memlimit.Limit(1<<30)); limit != 966367641 || !strings.Contains(log, "922 MiB") {
		t.Errorf("of 1 GiB: %d, the log says %q", limit, log)
	}
	if limit, log := limited(t, func() (uint64, error) { return 0, memlimit.ErrNoLimit }); limit != math.MaxInt64 || log != "" {
		t.Errorf("without a limit: %d, the log says %q", limit, log)
	}
}

func TestMemoryWithoutAContainer(t *testing.T) {
	keepLimit(t)
	for _, test := range []struct {
		err  error
		warn bool
	}{{memlimit.ErrCgroupsNotSupported, false}, {memlimit.ErrNoCgroup, false}, {errors.New("memory.max is a picture"), true}} {
		limit, log := limited(t, func() (uint64, error) { return 0, test.err })
		if limit != math.MaxInt64 || strings.Contains(log, "level=WARN") != test.warn {
			t.Errorf("%v: limit %d, the log says %q", test.err, limit, log)
		}
	}
}

func TestGOMEMLIMITDecides(t *testing.T) {
	keepLimit(t)
	debug.SetMemoryLimit(3 << 30) // what Go has made of the variable
	t.Setenv("GOMEMLIMIT", "3GiB")
	if limit, _ := limited(t, memlimit.Limit(1<<30)); limit != 3<<30 {
		t.Errorf("%d bytes", limit)
	}
}
