package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// longestFarewell is how long a server that ends waits for its clients to close
// their connections, if the grace period is not shorter.
const longestFarewell = 500 * time.Millisecond

// sayingFarewell returns what shuts a server down. net/http closes connections at
// once between whose requests it takes them to be, and loses the request that is on
// its way there. While nothing is ready any more every answer asks its client to
// close, so only those that have not after a while are closed.
func sayingFarewell(over *http.Server) (shutdown func(context.Context) error) {
	var connections atomic.Int64
	over.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			connections.Add(1)
		case http.StateClosed, http.StateHijacked:
			connections.Add(-1)
		}
	}
	end := shutdownHTTP(over)
	return func(ctx context.Context) error {
		awaitNone(ctx, &connections)
		return end(ctx)
	}
}

// shutdownHTTP returns what shuts a server down: within the context what was
// accepted is answered, then the rest is broken off.
func shutdownHTTP(over *http.Server) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := over.Shutdown(ctx); err != nil {
			return errors.Join(err, over.Close())
		}
		return nil
	}
}

// awaitNone waits until there are no connections, for as long as a farewell may
// take.
func awaitNone(ctx context.Context, connections *atomic.Int64) {
	wait := longestFarewell
	if deadline, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(deadline)/2)
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for connections.Load() > 0 {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
