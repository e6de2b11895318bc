//go:build linux

package main

import (
	"errors"
	"fmt"
	"syscall"
)

// httpPool keeps connections to one server, and counts what is asked over them. A
// connection that has been idle the longest is used first, so that all are in use.
type httpPool struct {
	server *server
	tally  *tally
	idle   chan *httpLine
	kept   bool // else every request has a connection of its own
}

func newHTTPPool(p *server, most int) *httpPool {
	return &httpPool{server: p, tally: p.tally, idle: make(chan *httpLine, most), kept: true}
}

// take returns a kept connection, or a new one.
func (p *httpPool) take() (*httpLine, error) {
	for {
		select {
		case line := <-p.idle:
			if !line.hungUp() {
				return line, nil
			}
			line.close()
		default:
			return dial(p.server.http)
		}
	}
}

func (p *httpPool) keep(line *httpLine) {
	if p.kept {
		select {
		case p.idle <- line:
			return
		default:
		}
	}
	line.close()
}

// close closes all connections that are idle.
func (p *httpPool) close() {
	for {
		select {
		case line := <-p.idle:
			line.close()
		default:
			return
		}
	}
}

// ask asks, and counts the outcome. It returns the answer, nil if there was none.
func (p *httpPool) ask(a *httpAsk) *httpAnswer { return p.askJudged(a, a.judge) }

// askJudged does the same where something else says what an answer is.
func (p *httpPool) askJudged(a *httpAsk, judge func(*httpAnswer) (outcome, string)) *httpAnswer {
	line, err := p.take()
	if err != nil {
		p.tally.count(p.unanswered(a.name, nil, err))
		return nil
	}
	answer, err := line.ask(a.raw)
	if err != nil {
		line.close()
		p.tally.count(p.unanswered(a.name, line, err))
		return nil
	}
	if answer.status == 500 {
		p.tally.answered500()
	}
	p.tally.count(judge(answer))
	if answer.last {
		line.close()
	} else {
		p.keep(line)
	}
	return answer
}

// unanswered says what a request is that got no answer. While the server is to
// serve, it is lost even if it could not be sent.
func (p *httpPool) unanswered(name string, line *httpLine, err error) (outcome, string) {
	phase := &p.server.phase
	switch {
	case phase.killed.Load():
		return left, "under way when the server was killed"
	case line == nil && phase.ending.Load() != 0:
		return refused, "no connection to a server that ends"
	case line == nil:
		return lost, fmt.Sprintf("%s: no connection: %v", name, err)
	case errors.Is(err, errUnsent) && phase.ending.Load() != 0:
		return refused, "closed before the request was sent whole"
	case line.asked == 1 && line.got == 0 && errors.Is(err, syscall.ECONNRESET) && phase.isEnding(line.dialled):
		return refused, "a connection after the signal to end was not taken"
	}
	return lost, fmt.Sprintf("%s: request %d of its connection: %v", name, line.asked, err)
}
