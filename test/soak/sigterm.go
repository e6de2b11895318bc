//go:build linux

package main

import (
	"context"
	"sync"
	"time"
)

// sigterm asks an overloaded server to end: with connections that are kept, with one
// for each request, and with streams of gRPC.
func sigterm(ctx context.Context, s *soak, t *tally) error {
	d, err := s.reference(ctx, t, s.slowISA())
	if err != nil {
		return err
	}
	for _, kept := range []bool{true, false} {
		if err := s.sigtermOnce(ctx, t, d, kept); err != nil {
			return err
		}
	}
	return nil
}

func (s *soak) sigtermOnce(ctx context.Context, t *tally, d *doors, kept bool) error {
	p, err := s.start(ctx, t, launch{args: s.slow()})
	if err != nil {
		return err
	}
	defer p.stop()
	load, err := newTraffic(p, d, connections)
	if err != nil {
		return err
	}
	defer load.close()
	capacity := measureCapacity(ctx, load, s.part(30))
	load.http.kept = kept
	timed, cancel := context.WithCancel(ctx)
	defer cancel()
	var group sync.WaitGroup
	group.Go(func() { load.overload(timed, time.Hour, capacity) })
	for i := range 8 {
		group.Go(func() { load.grpc.stream(timed, d, i) })
	}
	pause(ctx, s.part(8))
	under := t.of(accepted)
	took := p.stop()
	t.figure("SIGTERM to exit: %v, connections kept: %v; %d requests were answered meanwhile", took.Round(time.Millisecond), kept, t.of(accepted)-under)
	cancel()
	group.Wait()
	return nil
}
