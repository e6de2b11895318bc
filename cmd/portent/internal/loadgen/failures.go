package loadgen

import "github.com/portent-go/portent/domain"

// Failures counts requests that had no good answer, by what happened.
type Failures map[Reason]int

// Reason is why a request had no good answer.
type Reason struct {
	Kind    string // that of the domain.Error
	Message string
}

// mostReasons bounds what is told apart: messages can hold numbers that differ.
const mostReasons = 20

func (f Failures) add(err error) {
	reason := Reason{domain.KindOf(err).String(), err.Error()}
	if _, known := f[reason]; !known && len(f) >= mostReasons {
		reason.Message = "and other reasons"
	}
	f[reason]++
}

// Add adds the counts of others.
func (f Failures) Add(other Failures) {
	for reason, count := range other {
		f[reason] += count
	}
}

// Count returns how many there are.
func (f Failures) Count() int {
	total := 0
	for _, count := range f {
		total += count
	}
	return total
}
