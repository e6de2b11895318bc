// Package team spreads the parts of a step over threads. It must not know what
// is computed.
package team

// Team is the threads that work on one prediction: the caller's own and its
// helpers. It is for one prediction at a time. A nil Team has one thread.
type Team struct{ size int }

// Size returns how many threads there are at most.
func (t *Team) Size() int {
	if t == nil {
		return 1
	}
	return t.size
}

// Do calls do for every part from 0 to parts-1 and returns when all are done.
// worker tells the threads apart: from 0 to Size-1. Which thread does which part
// is not said, so no result may depend on it.
func (t *Team) Do(parts int, do func(part, worker int)) {
	for part := range parts {
		do(part, 0)
	}
}
