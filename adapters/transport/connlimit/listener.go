// Package connlimit bounds how many connections a server has at once.
package connlimit

import (
	"net"
	"sync"
	"sync/atomic"
)

// Listener hands out connections up to a number of open ones, and closes what comes
// beyond that at once. A caller so learns at once that it should ask another server,
// where one that is left waiting, as x/net's LimitListener has it, learns nothing
// until it gives up, and holds a file descriptor for all that time. It is safe for
// concurrent use.
type Listener struct {
	*net.TCPListener
	most    int
	told    func(from net.Addr)
	open    atomic.Int64
	refused atomic.Int64
}

// New returns a Listener over another one, which hands out any number of connections
// if most is 0. The function, if not nil, is told where a connection came from that
// is refused; nothing is accepted until it returns.
func New(over *net.TCPListener, most int, told func(from net.Addr)) *Listener {
	return &Listener{TCPListener: over, most: most, told: told}
}

// Accept waits for a connection for which there is a place.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		accepted, err := l.AcceptTCP()
		if err != nil {
			return nil, err
		}
		if l.take() {
			return &connection{TCPConn: accepted, leave: sync.OnceFunc(func() { l.open.Add(-1) })}, nil
		}
		l.refuse(accepted)
	}
}

// take takes a place, if there is one.
func (l *Listener) take() bool {
	for {
		open := l.open.Load()
		if l.most > 0 && open >= int64(l.most) {
			return false
		}
		if l.open.CompareAndSwap(open, open+1) {
			return true
		}
	}
}

// refuse closes a connection in a way that keeps nothing of it here, and that the
// other side sees at once whatever it is doing.
func (l *Listener) refuse(c *net.TCPConn) {
	l.refused.Add(1)
	if l.told != nil {
		l.told(c.RemoteAddr())
	}
	_ = c.SetLinger(0) // where that fails it is closed as others are
	_ = c.Close()
}

// Open returns how many connections there are.
func (l *Listener) Open() int64 { return l.open.Load() }

// Refused returns how many connections there was no place for.
func (l *Listener) Refused() int64 { return l.refused.Load() }

// connection gives its place back when it is closed.
type connection struct {
	*net.TCPConn
	leave func()
}

// Close closes the connection.
func (c *connection) Close() error {
	defer c.leave()
	return c.TCPConn.Close()
}
