package serving

import "time"

// waiter is a call that waits at a gate.
type waiter struct {
	rows     int
	turn     time.Time // when it would have been served, had nobody been before it
	arrival  uint64    // decides between equal turns
	place    int       // in the line; -1 once it has been let in
	admitted chan struct{}
}

// line is a heap of those that wait, the next one first.
type line []*waiter

func (l line) Len() int           { return len(l) }
func (l line) Less(i, j int) bool { return l[i].before(l[j]) }

func (w *waiter) before(other *waiter) bool {
	if w.turn.Equal(other.turn) {
		return w.arrival < other.arrival
	}
	return w.turn.Before(other.turn)
}

func (l line) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].place, l[j].place = i, j
}

// Push is called by package heap.
func (l *line) Push(x any) {
	w := x.(*waiter)
	w.place = len(*l)
	*l = append(*l, w)
}

// Pop is called by package heap.
func (l *line) Pop() any {
	last := len(*l) - 1
	w := (*l)[last]
	(*l)[last] = nil
	*l = (*l)[:last]
	w.place = -1
	return w
}

// rowsBefore counts the rows of those that are served before a call that comes now.
func (l line) rowsBefore(w *waiter) int {
	rows := 0
	for _, other := range l {
		if other.before(w) {
			rows += other.rows
		}
	}
	return rows
}
