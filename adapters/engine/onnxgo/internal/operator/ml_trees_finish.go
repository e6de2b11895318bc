package operator

import (
	"errors"
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
)

// finishForest checks what was put together: that no leaf has two votes for a
// target, and that every way ends. Implied says that the roots were, so that there
// must be no node to which no way leads from them.
func finishForest(f *kernels.Forest[float64], implied bool) error {
	f.Plain = true
	for _, b := range f.Branches {
		f.Plain = f.Plain && b.Branching == kernels.AtMost && !b.Missing
	}
	for leaf := range f.Leaves[1:] {
		voted := map[int32]bool{}
		for _, v := range f.Votes[f.Leaves[leaf]:f.Leaves[leaf+1]] {
			if voted[v.Target] {
				return fmt.Errorf("has a leaf with two weights for target %d", v.Target)
			}
			voted[v.Target] = true
		}
	}
	reached, err := follow(f)
	if err == nil && implied && reached < len(f.Branches)+len(f.Leaves)-1 {
		err = errors.New("has a node to which no way leads from the first of its tree")
	}
	return err
}

// follow follows all ways from the roots, and returns how many nodes and leaves
// they lead to. Several may lead to one.
func follow(f *kernels.Forest[float64]) (reached int, err error) {
	const entered, left = 1, 2
	state, ends := make([]uint8, len(f.Branches)), make([]bool, len(f.Leaves)-1)
	var open []int32
	next := func(at int32) (ok bool) {
		switch {
		case at < 0 && !ends[^at]:
			ends[^at] = true
			reached++
		case at >= 0 && state[at] == 0:
			open = append(open, at)
		case at >= 0:
			return state[at] != entered
		}
		return true
	}
	for _, root := range f.Roots {
		next(root)
		for len(open) > 0 {
			at := open[len(open)-1]
			if state[at] != 0 { // its ways have been followed
				state[at], open = left, open[:len(open)-1]
				continue
			}
			state[at] = entered
			reached++
			if !next(f.Branches[at].Yes) || !next(f.Branches[at].No) {
				return 0, errors.New("has a tree that leads in a circle")
			}
		}
	}
	return reached, nil
}
