//go:build linux

package main

import (
	"context"
	"math/rand/v2"
	"net"
	"time"
)

// slowHeaders sends a header byte by byte until the server has had enough.
func (p *httpPool) slowHeaders(ctx context.Context) {
	line, err := dial(p.server.http)
	if err != nil {
		p.tally.count(p.unanswered("slow headers", nil, err))
		return
	}
	defer line.close()
	header := []byte("GET /healthz HTTP/1.1\r\nHost: soak\r\nX-Slow: ")
	for i := 0; ctx.Err() == nil && !line.hungUp(); i++ {
		if _, err := line.Write([]byte{append(header, 'x')[min(i, len(header))]}); err != nil {
			break
		}
		pause(ctx, 200*time.Millisecond)
	}
	p.tally.count(left, "a header that never ended")
}

// slowBody sends a valid request in pieces, which takes a while.
func (p *httpPool) slowBody(ctx context.Context, a *httpAsk, pieces int, between time.Duration) {
	line, err := dial(p.server.http)
	if err != nil {
		p.tally.count(p.unanswered(a.name, nil, err))
		return
	}
	defer line.close()
	for sent := 0; sent < len(a.raw); {
		end := min(len(a.raw), sent+len(a.raw)/pieces+1)
		if _, err := line.Write(a.raw[sent:end]); err != nil {
			break // it may have been refused before it was read
		}
		if ctx.Err() != nil {
			p.tally.count(left, "a body that never ended")
			return
		}
		sent = end
		pause(ctx, between)
	}
	_ = line.SetDeadline(time.Now().Add(longest))
	line.asked++
	p.conclude(line, a)
}

// slowReader asks for a large answer and reads it in small pieces.
func (p *httpPool) slowReader(a *httpAsk) {
	line, err := dial(p.server.http)
	if err != nil {
		p.tally.count(p.unanswered(a.name, nil, err))
		return
	}
	defer line.close()
	_ = line.Conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	line.asked++
	if _, err := line.Write(a.raw); err != nil {
		p.tally.count(p.unanswered(a.name, line, errUnsent))
		return
	}
	line.in.Reset(&trickle{line})
	p.conclude(line, a)
}

// conclude reads the answer to a request that has been sent, and judges it.
func (p *httpPool) conclude(line *httpLine, a *httpAsk) {
	answer, err := line.answer()
	if err != nil {
		p.tally.count(p.unanswered(a.name+", slowly", line, err))
		return
	}
	p.tally.count(a.judge(answer))
}

// trickle reads little at a time.
type trickle struct{ net.Conn }

func (t *trickle) Read(p []byte) (int, error) {
	time.Sleep(20 * time.Millisecond) // the pace of a slow client
	return t.Conn.Read(p[:min(len(p), 2000)])
}

// leave sends a valid request, or a part of it, and goes away: at once or after a
// moment, in the proper way or with a reset.
func (p *httpPool) leave(ctx context.Context, a *httpAsk) {
	line, err := dial(p.server.http)
	if err != nil {
		p.tally.count(p.unanswered(a.name, nil, err))
		return
	}
	part := len(a.raw)
	if rand.IntN(2) == 0 {
		part = rand.IntN(part)
	}
	_, _ = line.Write(a.raw[:part])
	pause(ctx, time.Duration(rand.IntN(int(3*time.Millisecond))))
	if rand.IntN(2) == 0 {
		line.reset()
	} else {
		line.close()
	}
	p.tally.count(left, "the client went away")
}

// leave makes a call and breaks it off after a moment.
func (g *grpcLines) leave(ctx context.Context, a *grpcAsk, line int) {
	ctx, cancel := context.WithCancel(ctx)
	timer := time.AfterFunc(time.Duration(rand.IntN(int(3*time.Millisecond))), cancel)
	defer timer.Stop()
	g.ask(ctx, a, line)
	cancel()
}
