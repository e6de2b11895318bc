//go:build linux

package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// descriptors has clients take all descriptors of a server, and give them back. A
// model that is replaced meanwhile cannot be read, and must be when it can.
func descriptors(ctx context.Context, s *soak, t *tally) error {
	store, err := newModelStore(filepath.Join(s.folder, "few"))
	if err != nil {
		return err
	}
	if err := store.replace("steady", 1); err != nil {
		return err
	}
	const most = 64
	return s.leavesNothing(ctx, t, launch{args: []string{"--models", store.folder, "--poll", "100ms"}, jail: jail{Files: most}}, func(p *server) error {
		pool := newHTTPPool(p, 4)
		defer pool.close()
		watched := store.watch(pool, "steady")
		watched.ask()
		for round := range 3 {
			if err := s.exhaust(ctx, t, p, func() error { return watched.change(2 + int64(round)) }, watched); err != nil {
				return err
			}
			if err := watched.awaitNewest(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// exhaust takes all descriptors for a while.
func (s *soak) exhaust(ctx context.Context, t *tally, p *server, meanwhile func() error, w *watchedModel) error {
	dialer := net.Dialer{Timeout: time.Second}
	var held []net.Conn
	defer func() {
		for _, connection := range held {
			_ = connection.Close()
		}
	}()
	const clients = 300 // which the kernel connects, whether or not the server can take them
	for i := range clients {
		address := p.http
		if i%3 == 0 {
			address = p.grpc
		}
		connection, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			break
		}
		held = append(held, connection)
	}
	if err := until(ctx, "descriptor taken", func() bool { return openFiles(p.command.Process.Pid) >= 60 }); err != nil {
		return err
	}
	taken := openFiles(p.command.Process.Pid)
	if err := meanwhile(); err != nil {
		return err
	}
	w.ask() // over a connection that is there already
	start, used := time.Now(), processorTime(p.command.Process.Pid)
	pause(ctx, s.part(12))
	share := float64(processorTime(p.command.Process.Pid)-used) / float64(time.Since(start))
	t.figure("%d connections, %d descriptors in use, %.0f %% of a processor", len(held), taken, 100*share)
	if share > 0.5 {
		t.fault(crashed, fmt.Sprintf("a server without descriptors takes %.0f %% of a processor", 100*share))
	}
	return nil
}

// openFiles returns how many descriptors a process has.
func openFiles(pid int) int {
	entries, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return len(entries)
}
