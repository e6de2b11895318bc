package term

import "time"

// Impatient has progress shown from now on, and at every change.
func (p *Progress) Impatient() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = time.Time{}
}
