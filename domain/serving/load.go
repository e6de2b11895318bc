package serving

// Load is how much a model has to do at one moment, and how much it may have.
type Load struct {
	Running, Concurrency int // predictions in the engine
	Waiting, Queue       int // predictions that wait for their turn, or have a place kept and are being prepared
}

// Load returns how much the model has to do.
func (m *Model) Load() Load { return m.gate.load() }

func (g *gate) load() Load {
	g.mu.Lock()
	defer g.mu.Unlock()
	return Load{Running: g.running, Concurrency: g.slots, Waiting: g.queued(), Queue: g.queue}
}
