//go:build linux

package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// traffic asks a server through all doors at random.
type traffic struct {
	doors *doors
	http  *httpPool
	grpc  *grpcLines
	hurry bool // some clients are in a hurry
}

// newTraffic returns traffic over so many connections of HTTP, and some of gRPC.
func newTraffic(p *server, d *doors, connections int) (*traffic, error) {
	const grpcLinesEach = 4
	lines, err := newGRPCLines(p, grpcLinesEach)
	if err != nil {
		return nil, err
	}
	return &traffic{doors: d, http: newHTTPPool(p, connections), grpc: lines}, nil
}

// underTraffic starts a server and does something while it has clients. Before and
// afterwards each door must answer, and no goroutine may be left.
func (s *soak) underTraffic(ctx context.Context, t *tally, l launch, d *doors, connections int, do func(*server, *traffic) error) error {
	return s.leavesNothing(ctx, t, l, func(p *server) error {
		load, err := newTraffic(p, d, connections)
		if err != nil {
			return err
		}
		defer load.close()
		load.calm(ctx)
		if err := do(p, load); err != nil {
			return err
		}
		load.calm(ctx)
		return nil
	})
}

func (t *traffic) close() {
	t.http.close()
	t.grpc.close()
}

// ask asks once. One request in four is over gRPC, and one in eight of an overload is
// of a client in a hurry.
func (t *traffic) ask(ctx context.Context) {
	switch n := rand.IntN(8); {
	case n < 2:
		t.grpc.ask(ctx, t.doors.grpc[rand.IntN(len(t.doors.grpc))], rand.Int())
	case n == 2 && t.hurry:
		t.http.ask(t.doors.hurried)
	default:
		t.http.ask(t.doors.http[rand.IntN(len(t.doors.http))])
	}
}

// closedLoop has clients ask again as soon as they are answered, until the context
// ends. What is under way then is finished.
func (t *traffic) closedLoop(ctx context.Context, clients int) {
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for ctx.Err() == nil {
				t.ask(context.WithoutCancel(ctx))
			}
		})
	}
	group.Wait()
}

// openLoop asks so many times a second whatever the answers are, until the context
// ends, and waits for what is under way. No more than so many requests are under
// way at once; those that would have been more are told. The time is that in which
// they were offered.
func (t *traffic) openLoop(ctx context.Context, rate float64, most int) (offered, withheld int, took time.Duration) {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	var group sync.WaitGroup
	defer group.Wait()
	places := make(chan struct{}, most)
	start := time.Now()
	for {
		select {
		case <-ctx.Done():
			return offered, withheld, time.Since(start)
		case <-ticker.C:
		}
		for due := int(time.Since(start).Seconds() * rate); offered+withheld < due; {
			select {
			case places <- struct{}{}:
			default:
				withheld++
				continue
			}
			offered++
			group.Go(func() {
				defer func() { <-places }()
				t.ask(context.WithoutCancel(ctx))
			})
		}
	}
}

// calm asks once through every door, with nobody else about.
func (t *traffic) calm(ctx context.Context) {
	for _, a := range t.doors.http {
		t.http.ask(a)
	}
	for i, a := range t.doors.grpc {
		t.grpc.ask(ctx, a, i)
	}
}
