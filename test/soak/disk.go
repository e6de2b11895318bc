//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// disk starts servers whose log cannot be written, or that cannot write anywhere, and
// asks them as ever.
func disk(ctx context.Context, s *soak, t *tally) error {
	d, err := s.reference(ctx, t, "")
	if err != nil {
		return err
	}
	for _, c := range []struct {
		name string
		run  func(ctx context.Context, s *soak, t *tally, d *doors) error
	}{
		{"log to /dev/full", logToFull}, {"log on a file system of 64 kB", logToSmall}, {"log limited to 32 kB", logLimited},
		{"nobody reads the log any more", logToNobody}, {"the log's reader hangs", logToHanging}, {"read-only", readOnlyDisk},
	} {
		if err := c.run(ctx, s, t, d); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		t.figure("%s: done, %d accepted so far", c.name, t.of(accepted))
	}
	return nil
}

// logging starts a server whose log has a line for each request, and asks until its
// log has had more than there is room for.
func (s *soak) logging(ctx context.Context, t *tally, d *doors, l launch) error {
	l.log = "debug"
	if l.stderr != nil || l.jail.Log != "" { // there is no banner to read
		address, err := freeAddress(ctx)
		if err != nil {
			return err
		}
		l.addr = address
	}
	p, err := s.start(ctx, t, l)
	if err != nil {
		return err
	}
	defer p.stop()
	return s.askMuch(ctx, p, d)
}

func (s *soak) askMuch(ctx context.Context, p *server, d *doors) error {
	load := &traffic{doors: d, http: newHTTPPool(p, 8)}
	defer load.http.close()
	if p.grpc != "" {
		var err error
		if load.grpc, err = newGRPCLines(p, 2); err != nil {
			return err
		}
		defer load.grpc.close()
		load.calm(ctx)
	}
	const logged = 100 << 10 // of paths alone: more than a pipe holds, and the disks here
	nowhere := newHTTPAsk("nowhere", "GET", "/"+strings.Repeat("x", 1000), "", nil)
	nowhere.may = []int{404}
	for i := 0; i < logged/1000 && ctx.Err() == nil && p.running(); i++ {
		load.http.ask(d.http[i%len(d.http)])
		load.http.ask(nowhere)
	}
	load.http.ask(d.form)
	return nil
}

func logToFull(ctx context.Context, s *soak, t *tally, d *doors) error {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.skip("a log to /dev/full: %v", err)
		return nil
	}
	defer closed(full)
	return s.logging(ctx, t, d, launch{stderr: full})
}

func logToSmall(ctx context.Context, s *soak, t *tally, d *doors) error {
	if os.Geteuid() != 0 {
		t.skip("a full file system: mounting one needs root's rights")
		return nil
	}
	folder := filepath.Join(s.folder, "small")
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	return s.logging(ctx, t, d, launch{jail: jail{Small: folder, Log: filepath.Join(folder, "log")}})
}

func logLimited(ctx context.Context, s *soak, t *tally, d *doors) error {
	const most = 32 << 10
	name := filepath.Join(s.folder, "limited.log")
	if err := s.logging(ctx, t, d, launch{jail: jail{FileSize: most, Log: name}}); err != nil {
		return err
	}
	if info, err := os.Stat(name); err != nil || info.Size() != most {
		return fmt.Errorf("the limit was not reached: %v, %w", info, err)
	}
	return nil
}

// logToNobody has whoever reads the log go away.
func logToNobody(ctx context.Context, s *soak, t *tally, d *doors) error {
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer closed(writer)
	closed(reader)
	return s.logging(ctx, t, d, launch{stderr: writer})
}

// logToHanging has whoever reads the log stop reading.
func logToHanging(ctx context.Context, s *soak, t *tally, d *doors) error {
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer closed(writer)
	defer closed(reader)
	return s.logging(ctx, t, d, launch{stderr: writer})
}

func readOnlyDisk(ctx context.Context, s *soak, t *tally, d *doors) error {
	if os.Geteuid() != 0 {
		t.skip("a read-only file system: mounting one needs root's rights")
		return nil
	}
	return s.logging(ctx, t, d, launch{jail: jail{ReadOnly: true}})
}
