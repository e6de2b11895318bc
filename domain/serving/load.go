package serving

// Load is how much a model has to do at one moment, and how much it may have.
type Load struct {
	Running, Concurrency int // predictions in the engine
	Waiting, Queue       int // predictions that wait for their turn
}

// Load returns how much the model has to do.
func (m *Model) Load() Load { return m.gate.load() }

func (g *gate) load() Load {
	// For a moment those who are about to be refused are counted as waiting.
	waiting := min(g.waiting.Load(), g.queue)
	return Load{Running: len(g.slots), Concurrency: cap(g.slots), Waiting: int(max(0, waiting)), Queue: int(g.queue)}
}
