//go:build linux

package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// mixed has valid and hostile clients, slow ones and such that go away at a server
// at once.
func mixed(ctx context.Context, s *soak, t *tally) error {
	d, err := s.reference(ctx, t, "")
	if err != nil {
		return err
	}
	return s.underTraffic(ctx, t, launch{}, d, 32, func(p *server, load *traffic) error {
		memory := newGauge(func() int64 { return rss(p.command.Process.Pid) })
		timed, cancel := context.WithTimeout(ctx, s.span)
		defer cancel()
		var group sync.WaitGroup
		for _, clients := range []func(context.Context, *traffic){valid, valid, hostile, hostileGRPC, slowClients, leaving, streams} {
			group.Go(func() { clients(timed, load) })
		}
		group.Wait()
		memory.stop()
		checkMemory(t, memory, s.race)
		return nil
	})
}

// valid are clients that behave.
func valid(ctx context.Context, load *traffic) { load.closedLoop(ctx, 4) }

// hostile sends every hostile request in turn, from several clients.
func hostile(ctx context.Context, load *traffic) {
	asks := hostileAsks()
	var next atomic.Int64
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := int(next.Add(1)); ctx.Err() == nil || i <= len(asks); i = int(next.Add(1)) {
				load.http.attack(asks[i%len(asks)])
				if i%10 == 0 {
					load.http.smuggled(load.doors.http[rand.IntN(len(load.doors.http))])
				}
				pause(ctx, time.Millisecond)
			}
		})
	}
	group.Wait()
}

func hostileGRPC(ctx context.Context, load *traffic) {
	calls := hostileCalls()
	for i := 0; ctx.Err() == nil || i < len(calls); i++ {
		load.grpc.attack(context.WithoutCancel(ctx), calls[i%len(calls)], i)
		load.grpc.garbage(notGRPC[i%len(notGRPC)])
		load.grpc.unknownMethod(context.WithoutCancel(ctx), i)
		pause(ctx, 10*time.Millisecond)
	}
}

// slowClients are some that take their time.
func slowClients(ctx context.Context, load *traffic) {
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			for ctx.Err() == nil {
				switch a := load.doors.http[rand.IntN(len(load.doors.http))]; i % 3 {
				case 0:
					load.http.slowHeaders(ctx)
				case 1:
					load.http.slowBody(ctx, a, 10, 100*time.Millisecond)
				default:
					load.http.slowReader(load.doors.large)
				}
			}
		})
	}
	group.Wait()
}

// leaving are clients that do not wait for their answer.
func leaving(ctx context.Context, load *traffic) {
	for i := 0; ctx.Err() == nil; i++ {
		load.http.leave(ctx, load.doors.http[rand.IntN(len(load.doors.http))])
		load.grpc.leave(context.WithoutCancel(ctx), load.doors.grpc[i%len(load.doors.grpc)], i)
		pause(ctx, 2*time.Millisecond)
	}
}

// streams are clients that ask over one stream for long.
func streams(ctx context.Context, load *traffic) {
	var group sync.WaitGroup
	for i := range 2 {
		group.Go(func() {
			load.grpc.stream(ctx, load.doors, i)
		})
	}
	group.Wait()
}
