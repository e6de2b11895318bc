package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// longestSilence is how long a server that ends waits for its clients to say
	// something on connections on which it owes them no answer.
	longestSilence = 500 * time.Millisecond
	// leastFarewell is how long it goes on taking connections, so that those are
	// taken that the kernel has taken already.
	leastFarewell = 50 * time.Millisecond
)

// farewell ends a server over HTTP without losing a request. net/http closes connections
// at once between whose requests it takes them to be, and drops requests that it has read
// and not begun with. While nothing is ready any more every answer asks its client to
// close, so there comes a time when no request is on its way.
type farewell struct {
	mu       sync.Mutex
	quiet    map[net.Conn]quietness // connections on which no request is being answered
	heard    time.Time              // of one of those
	listener net.Listener
	ending   bool
	silence  time.Duration // to wait for at most
}

// quietness is why no request is being answered on a connection.
type quietness int

const (
	answering quietness = iota // it is
	coming                     // the request has not been read yet
	kept                       // after an answer, for another request
)

// connectionKey is where a request's connection is in its context.
type connectionKey struct{}

// sayingFarewell has a server serve, and end well: after a silence at the latest.
func sayingFarewell(over *http.Server, silence time.Duration) (serve func(net.Listener) error, shutdown func(context.Context) error) {
	f := &farewell{quiet: map[net.Conn]quietness{}, silence: silence}
	handler := over.Handler
	over.ConnState = f.note
	over.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, connectionKey{}, c)
	}
	over.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.begun(r.Context().Value(connectionKey{}).(net.Conn))
		handler.ServeHTTP(w, r)
	})
	end := shutdownHTTP(over)
	return func(listener net.Listener) error { return f.serve(over, listener) }, func(ctx context.Context) error {
		err := f.say(ctx)
		return errors.Join(err, end(ctx))
	}
}

// serve serves until the server is shut down.
func (f *farewell) serve(over *http.Server, listener net.Listener) error {
	once := closedOnce{listener, sync.OnceValue(listener.Close)}
	f.mu.Lock()
	f.listener = once
	f.mu.Unlock()
	err := over.Serve(once)
	f.mu.Lock()
	defer f.mu.Unlock()
	if errors.Is(err, http.ErrServerClosed) || f.ending && errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// closedOnce is a listener that net/http can close again.
type closedOnce struct {
	net.Listener
	close func() error
}

// Close closes the listener.
func (l closedOnce) Close() error { return l.close() }

// note follows a connection.
func (f *farewell) note(c net.Conn, state http.ConnState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch state {
	case http.StateNew, http.StateActive:
		if f.quiet[c] == kept || f.ending { // while connections are taken, new ones tell nothing of those that are kept
			f.heard = time.Now()
		}
		f.quiet[c] = coming
	case http.StateIdle: // of an answer that began before the server was to end, if it is
		f.heard = time.Now()
		f.quiet[c] = kept
	default:
		delete(f.quiet, c)
	}
}

// begun notes that a connection's request is being answered, for which net/http waits.
func (f *farewell) begun(c net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.quiet, c)
}

// say waits until no connection is kept, then takes no more connections, and waits until
// the first requests on those that are new have been begun with. It waits no longer when
// nothing is heard on them, and for half of the context's time at most.
func (f *farewell) say(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/2)
		defer cancel()
	}
	start := time.Now()
	f.await(ctx, start, func() bool { return time.Since(start) >= leastFarewell && !f.has(kept) })
	err := f.stopListening()
	f.await(ctx, time.Now(), func() bool { return !f.has(coming) })
	return err
}

// await waits until something is so, or nothing has been heard for long.
func (f *farewell) await(ctx context.Context, start time.Time, so func() bool) {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		f.mu.Lock()
		silence := min(time.Since(f.heard), time.Since(start))
		done := silence >= f.silence || so()
		f.mu.Unlock()
		if done {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// has reports whether there are quiet connections that are kept, or coming.
func (f *farewell) has(which quietness) bool {
	for _, is := range f.quiet {
		if is == which {
			return true
		}
	}
	return false
}

func (f *farewell) stopListening() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ending = true
	if f.listener == nil {
		return nil // it has not begun
	}
	return f.listener.Close()
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
