//go:build linux

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// clockVariable names the file that says by how many seconds the clock is off.
const clockVariable = "SOAK_CLOCK"

// errOtherGo says that Go's distribution is not as it was when this was written.
var errOtherGo = errors.New("time.Now of this version of Go is not the one that can be moved")

// movedNow is what is put into package time.
const movedNow = `
// soakOffset is by how many seconds the wall clock is off.
//
//go:linkname soakOffset
var soakOffset int64
`

// mover is put into the program: at SIGUSR1 it reads by how much the clock is off.
const mover = `package main

import (
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	_ "unsafe"
)

//go:linkname soakOffset time.soakOffset
var soakOffset int64

func init() {
	moves := make(chan os.Signal, 1)
	signal.Notify(moves, syscall.SIGUSR1)
	go func() {
		for range moves {
			text, _ := os.ReadFile(os.Getenv("` + clockVariable + `"))
			if seconds, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
				atomic.StoreInt64(&soakOffset, seconds)
			}
		}
	}()
}
`

// buildWithClock builds the program with a wall clock that can be moved. Nothing
// else of it is changed.
func (s *soak) buildWithClock(ctx context.Context, to string) error {
	name, err := distribution(ctx, "time/time.go")
	if err != nil {
		return err
	}
	source, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	const reading, imports = "sec, nsec, mono := runtimeNow()\n", "import (\n"
	_, now, found := strings.Cut(string(source), "func Now() Time {\n\t"+reading)
	if !found || !strings.Contains(string(source), imports) {
		return errOtherGo
	}
	before := strings.TrimSuffix(string(source), now)
	before = strings.Replace(before, imports, imports+"\t\"sync/atomic\"\n", 1)
	moved := before + "\tsec += atomic.LoadInt64(&soakOffset)\n" + now + movedNow
	root, err := goTool(ctx, "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return err
	}
	overlay := map[string]string{}
	for place, text := range map[string]string{name: moved, filepath.Join(root, "cmd", "portent", "soak_clock.go"): mover} {
		stand := filepath.Join(s.folder, "overlay-"+filepath.Base(place))
		if err := os.WriteFile(stand, []byte(text), 0o600); err != nil {
			return err
		}
		overlay[place] = stand
	}
	list := filepath.Join(s.folder, "overlay.json")
	if err := os.WriteFile(list, marshal(map[string]any{"Replace": overlay}), 0o600); err != nil {
		return err
	}
	return build(ctx, to, false, "-overlay", list)
}
