//go:build linux

package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// kill kills a server under load and starts it again at the same address: it must be
// ready in the same state and give the same bits.
func kill(ctx context.Context, s *soak, t *tally) error {
	d, err := s.reference(ctx, t, "")
	if err != nil {
		return err
	}
	address := ""
	for range 3 {
		start := time.Now()
		p, err := s.start(ctx, t, launch{addr: address})
		if err != nil {
			return err
		}
		if address != "" {
			t.figure("ready %v after it was started again", time.Since(start).Round(time.Millisecond))
		}
		address = p.http
		if err := s.killOnce(ctx, d, p); err != nil {
			return err
		}
	}
	p, err := s.start(ctx, t, launch{addr: address})
	if err != nil {
		return err
	}
	defer p.stop()
	return p.sameState(ctx, d)
}

// killOnce sees that a server is as it should be, and kills it in the middle of its
// work.
func (s *soak) killOnce(ctx context.Context, d *doors, p *server) error {
	if err := p.sameState(ctx, d); err != nil {
		p.kill()
		return err
	}
	load, err := newTraffic(p, d, 32)
	if err != nil {
		p.kill()
		return err
	}
	defer load.close()
	timed, cancel := context.WithCancel(ctx)
	defer cancel()
	var group sync.WaitGroup
	group.Go(func() {
		load.closedLoop(timed, 16)
	})
	pause(ctx, s.part(20))
	cancel() // who asks now is under way
	p.kill()
	group.Wait()
	return nil
}

// sameState sees that a server says of itself what it said before, and answers every
// door with the same bits.
func (p *server) sameState(ctx context.Context, d *doors) error {
	load, err := newTraffic(p, d, 1)
	if err != nil {
		return err
	}
	defer load.close()
	for _, a := range []*httpAsk{
		{name: "readiness", raw: newHTTPAsk("", "GET", "/v2/health/ready", "", nil).raw, want: []byte("{\"live\":true,\"ready\":true}\n")},
		{name: "the model", raw: newHTTPAsk("", "GET", "/v2/models/"+modelName, "", nil).raw, want: []byte(d.modelID)},
	} {
		if answer := load.http.ask(a); answer == nil {
			return fmt.Errorf("a server that has just started does not answer")
		}
	}
	load.calm(ctx)
	return nil
}
