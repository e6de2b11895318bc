//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// longest is how long a client waits for an answer before it is lost.
const longest = time.Minute

// httpLine is one connection over HTTP. It does nothing by itself, unlike net/http's
// client, which tries some requests again.
type httpLine struct {
	net.Conn
	in      *bufio.Reader
	dialled time.Time
	asked   int
	got     int // bytes
}

// Read counts what comes.
func (l *httpLine) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	l.got += n
	return n, err
}

func dial(address string) (*httpLine, error) {
	dialled := time.Now()
	connection, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	line := &httpLine{Conn: connection, dialled: dialled}
	line.in = bufio.NewReaderSize(line, 16<<10)
	return line, nil
}

// Errors of a request.
var (
	errUnsent = errors.New("the connection was closed before the request was written whole")
	errCut    = errors.New("the connection was closed without a whole answer")
)

// ask writes a request and reads its answer.
func (l *httpLine) ask(raw []byte) (*httpAnswer, error) {
	_ = l.SetDeadline(time.Now().Add(longest))
	l.asked++
	if _, err := l.Write(raw); err != nil {
		// It may have been refused before it was read.
		if a, readErr := l.answer(); readErr == nil {
			return a, nil
		}
		return nil, fmt.Errorf("%w: %w", errUnsent, err)
	}
	a, err := l.answer()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCut, err)
	}
	return a, nil
}

// answer reads one answer.
func (l *httpLine) answer() (*httpAnswer, error) {
	response, err := http.ReadResponse(l.in, nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	return &httpAnswer{status: response.StatusCode, header: response.Header, body: body, last: response.Close}, nil
}

func (l *httpLine) close() { _ = l.Close() }

// reset closes the connection so that the other side is told by RST.
func (l *httpLine) reset() {
	if tcp, ok := l.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	l.close()
}

// hungUp reports whether the server has closed the connection already, as a careful
// client finds out before it uses a kept one again.
func (l *httpLine) hungUp() bool {
	raw, err := l.Conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return true
	}
	closed := false
	err = raw.Control(func(fd uintptr) {
		var one [1]byte
		n, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		closed = n == 0 && err == nil || err != nil && !errors.Is(err, syscall.EAGAIN)
	})
	return closed || err != nil
}
