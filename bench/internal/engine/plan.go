package engine

import (
	"context"
	"time"
)

// Plan is how long to measure.
type Plan struct {
	Rounds   int
	Turn     time.Duration // of one peer in a round
	Patience time.Duration // with a single answer
	Folder   string        // for the peers' outputs
}

// share is what an entry may take in all rounds: one whose single predictions
// take longer than its turns gets fewer of them.
func (p Plan) share() time.Duration { return 2 * time.Duration(p.Rounds) * p.Turn }

// Measure measures the peers on a subject. The first peer is started first; each
// has a result, in order.
func (p Plan) Measure(ctx context.Context, s Subject, peers []Peer) []Result {
	m := &measurement{plan: p, subject: s, peers: peers, results: make([]Result, len(peers))}
	for i, peer := range peers {
		m.results[i] = Result{Subject: s.Name, Layer: s.Layer, MultiplyAdds: s.MultiplyAdds, Peer: peer.Name}
	}
	m.latency(ctx)
	m.throughput(ctx)
	m.compare()
	return m.results
}
