package engine

import (
	"context"
	"path/filepath"
	"time"

	"github.com/portent-go/portent/bench/internal/worker"
)

// entry is a peer that runs a subject in one setup.
type entry struct {
	plan    Plan
	peer    int // index of the peer
	setup   setup
	batch   int
	process *worker.Process

	firstAnswer time.Duration
	version     string
	output      []float32
	used        time.Duration
	rounds      []worker.Reply // empty where the entry sat a round out
	err         error          // why it is out of the competition
}

// enter starts a peer and has it predict once.
func (p Plan) enter(ctx context.Context, s Subject, peers []Peer, peer int, with setup, batch int) *entry {
	e := &entry{plan: p, peer: peer, setup: with, batch: batch}
	if e.process, e.err = peers[peer].start(ctx, s, with); e.err != nil {
		return e
	}
	path := filepath.Join(p.Folder, peers[peer].Name+".output")
	var reply worker.Reply
	if reply, e.err = e.process.Ask(worker.Request{Batch: batch, Output: path}, p.Patience); e.err != nil {
		return e
	}
	e.firstAnswer, e.version = e.process.Age(), reply.Version
	e.output, e.err = worker.ReadFloats(path)
	return e
}

// turn has the entry predict for a while.
func (e *entry) turn(length time.Duration) {
	var reply worker.Reply
	if e.err == nil && e.used < e.plan.share() {
		start := time.Now()
		reply, e.err = e.process.Ask(worker.Request{Batch: e.batch, Seconds: length.Seconds()}, length+e.plan.Patience)
		e.used += time.Since(start)
	}
	e.rounds = append(e.rounds, reply)
}

func (e *entry) leave() {
	if e.process != nil {
		e.process.Stop()
	}
}

// compete has the entries take turns: a short one each to warm up, then the
// rounds, forwards and backwards. Of an entry that spends its share on warming up
// that turn counts, and there is no other.
func (p Plan) compete(entries []*entry) {
	for _, e := range entries {
		e.turn(p.Turn / 4)
		if e.used < p.share() {
			e.rounds, e.used = nil, 0
		}
	}
	for round := range p.Rounds {
		for i := range entries {
			if round%2 == 1 {
				i = len(entries) - 1 - i
			}
			entries[i].turn(p.Turn)
		}
	}
}
