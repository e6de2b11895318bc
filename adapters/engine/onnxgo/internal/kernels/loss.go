package kernels

import "math"

// Loss is the negative logarithm of the likelihood that scores [N, classes, inner]
// give to the targets [N, inner], weighted by class.
type Loss[T float32 | float64] struct {
	Classes, Inner int
	Weights        []T   // by class; nil is 1 for each
	Ignores        bool  // whether there are targets that do not count
	Ignored        int64 // which
	Normalizes     bool  // whether the scores are to be turned into logarithms of probabilities first
}

// Run writes the loss of each target, unless each is nil, and returns the sums of
// the losses and of the weights.
func (l Loss[T]) Run(each, scores []T, targets []int64) (sum, weight float64) {
	for i, target := range targets {
		loss, w := 0.0, 0.0
		if !l.Ignores || target != l.Ignored {
			line := scores[i/l.Inner*l.Classes*l.Inner+i%l.Inner:]
			loss, w = l.of(line, int(target))
		}
		sum, weight = sum+loss, weight+w
		if each != nil {
			each[i] = T(loss)
		}
	}
	return sum, weight
}

// of returns the weighted loss of one target, and its weight.
func (l Loss[T]) of(line []T, target int) (loss, weight float64) {
	loss, weight = -float64(line[target*l.Inner]), 1
	if l.Normalizes {
		axes := [1]Span{{l.Classes, l.Inner}}
		largest := foldGone(FoldLargest, math.Inf(-1), line, axes[:])
		loss += largest + math.Log(sumExponentials(line, axes[:], largest))
	}
	if l.Weights != nil {
		weight = float64(l.Weights[target])
	}
	return loss * weight, weight
}
