package connlimit_test

import (
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"

	"github.com/portent-go/portent/adapters/transport/connlimit"
)

// limited listens, and closes each connection that it accepts when it is told to.
func limited(t *testing.T, most int, told func(net.Addr)) (l *connlimit.Listener, accepted chan net.Conn) {
	t.Helper()
	over, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, accepted = connlimit.New(over.(*net.TCPListener), most, told), make(chan net.Conn, 100)
	ended := make(chan error)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				ended <- err
				return
			}
			accepted <- c
		}
	}()
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return l, accepted
}

func dial(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// expectReset connects, and finds the connection reset: while it still connects, or
// when it reads.
func expectReset(t *testing.T, l net.Listener) {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err == nil {
		_, err = c.Read(make([]byte, 1))
		_ = c.Close()
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("one too many is not reset: %v", err)
	}
}

// TestOneTooManyIsRefusedAtOnce: it is reset, is told of, and has a place as soon as
// another one has left.
func TestOneTooManyIsRefusedAtOnce(t *testing.T) {
	told := make(chan net.Addr, 1)
	l, accepted := limited(t, 2, func(from net.Addr) { told <- from })
	dial(t, l)
	dial(t, l)
	first := <-accepted
	<-accepted
	expectReset(t, l)
	if from := <-told; !from.(*net.TCPAddr).IP.IsLoopback() || l.Open() != 2 || l.Refused() != 1 {
		t.Errorf("from %v; %d are open, %d were refused", from, l.Open(), l.Refused())
	}
	for range 2 { // the second time it has no place to give back
		_ = first.Close()
	}
	if l.Open() != 1 {
		t.Errorf("%d are open", l.Open())
	}
	again := dial(t, l)
	server := <-accepted
	if _, err := io.WriteString(server, "x"); err != nil {
		t.Error(err)
	}
	if n, err := again.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("one that has a place again reads %d bytes, %v", n, err)
	}
}

// TestPlacesAreNeverTooMany has many come and go at once.
func TestPlacesAreNeverTooMany(t *testing.T) {
	const most = 3
	l, accepted := limited(t, most, nil)
	var clients sync.WaitGroup
	for range 50 {
		clients.Go(func() {
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				return // reset while it connects
			}
			_, _ = c.Read(make([]byte, 1)) // until the server closes it, in one way or the other
			_ = c.Close()
		})
	}
	done := make(chan struct{})
	go func() { clients.Wait(); close(done) }()
	for served := 0; ; served++ {
		select {
		case c := <-accepted:
			if open := l.Open(); open > most {
				t.Errorf("%d are open", open)
			}
			_ = c.Close()
		case <-done:
			if l.Open() != 0 || int64(served)+l.Refused() != 50 {
				t.Errorf("%d are open, %d were served, %d refused", l.Open(), served, l.Refused())
			}
			return
		}
	}
}

// TestWithoutALimit: 0 is none. A connection can still be closed one way only, for
// which servers ask.
func TestWithoutALimit(t *testing.T) {
	l, accepted := limited(t, 0, nil)
	for range 20 {
		dial(t, l)
		if c := <-accepted; c.(interface{ CloseWrite() error }).CloseWrite() != nil {
			t.Error("it cannot be closed one way")
		}
	}
	if l.Open() != 20 || l.Refused() != 0 {
		t.Errorf("%d are open, %d were refused", l.Open(), l.Refused())
	}
}
