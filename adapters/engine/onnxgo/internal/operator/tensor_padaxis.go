package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// paddedAxis is an axis of which length elements from start on are kept, with so
// many new ones before and after them.
type paddedAxis struct{ start, length, before, after int }

// Bounds on what is padded, so that lengths can be added up and a list of the
// turns of a wrapped axis stays short.
const (
	mostPads  = 1 << 40
	mostTurns = 1 << 12
)

// padAxis works out the padding of an axis of n elements. Negative pads cut off
// first; what is left is what the new elements follow from.
func padAxis(mode string, n, before, after int) (p paddedAxis, err error) {
	cutFront, cutBack := max(0, -before), max(0, -after)
	p = paddedAxis{cutFront, n - cutFront - cutBack, max(0, before), max(0, after)}
	if before < -n || after < -n || p.length < 0 {
		return p, domain.Errorf(domain.Invalid, "pads of %d and %d cut off more than a length of %d", before, after, n)
	}
	longest := max(p.before, p.after)
	switch {
	case longest == 0:
	case longest > mostPads:
		return p, domain.Errorf(domain.Unsupported, "pads of %d and %d are more than the %d that are supported", before, after, mostPads)
	case mode != "constant" && p.length == 0:
		return p, domain.Errorf(domain.Invalid, "mode %q pads a length of %d by %d and %d, of which nothing is left to repeat", mode, n, before, after)
	case mode == "reflect" && longest >= p.length:
		return p, domain.Errorf(domain.Unsupported, "mode %q pads a length of %d by %d and %d, which reflects more than once", mode, n, before, after)
	case mode == "wrap" && longest/p.length > mostTurns:
		return p, domain.Errorf(domain.Unsupported, "mode %q pads a length of %d by %d and %d, which turns round too often", mode, n, before, after)
	}
	return p, nil
}

// stretches returns the positions that the padded axis shows.
func (p paddedAxis) stretches(mode string) []kernels.Stretch {
	last := p.start + p.length - 1
	kept := kernels.Stretch{Length: p.length, Start: p.start, Step: 1}
	switch mode {
	case "reflect":
		return parts(kernels.Stretch{Length: p.before, Start: p.start + p.before, Step: -1}, kept, kernels.Stretch{Length: p.after, Start: last - 1, Step: -1})
	case "edge":
		return parts(kernels.Stretch{Length: p.before, Start: p.start}, kept, kernels.Stretch{Length: p.after, Start: last})
	case "wrap":
		return p.turns()
	default:
		return parts(kernels.Stretch{Length: p.before, Start: -1}, kept, kernels.Stretch{Length: p.after, Start: -1})
	}
}

// parts returns the stretches that have a length.
func parts(all ...kernels.Stretch) []kernels.Stretch {
	var some []kernels.Stretch
	for _, s := range all {
		if s.Length > 0 {
			some = append(some, s)
		}
	}
	return some
}

// turns goes round and round the elements that are kept.
func (p paddedAxis) turns() []kernels.Stretch {
	if p.length == 0 {
		return nil
	}
	var all []kernels.Stretch
	at := (p.length - p.before%p.length) % p.length
	for left := p.before + p.length + p.after; left > 0; at = 0 {
		n := min(p.length-at, left)
		all = append(all, kernels.Stretch{Length: n, Start: p.start + at, Step: 1})
		left -= n
	}
	return all
}
