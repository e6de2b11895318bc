package kernels

import (
	"cmp"
	"slices"
)

// Suppression says which boxes are kept of those that overlap.
type Suppression struct {
	Most     int     // boxes of each class
	Overlap  float32 // what two boxes may share, as part of their union
	Score    float32 // what a box must exceed
	Scored   bool    // Score counts
	Centered bool    // boxes are centre x, centre y, width, height; else two corners y, x, y, x
}

// Suppress returns which boxes of a picture are kept for one class: those with
// the highest scores first, without those that overlap a kept one too much. Of
// boxes with one score the first comes first. Boxes have four numbers each.
func (s Suppression) Suppress(boxes, scores []float32) []int {
	order := make([]int, 0, len(scores))
	for i, score := range scores {
		if score == score && (!s.Scored || score > s.Score) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	var kept []int
	var corners [][4]float32
	for _, i := range order {
		if len(kept) >= s.Most {
			break
		}
		box := s.corners(boxes[4*i : 4*i+4])
		if !slices.ContainsFunc(corners, func(other [4]float32) bool { return s.overlap(box, other) }) {
			kept, corners = append(kept, i), append(corners, box)
		}
	}
	return kept
}

// corners returns the least y and x and the greatest y and x of a box.
func (s Suppression) corners(b []float32) [4]float32 {
	if s.Centered {
		return [4]float32{b[1] - b[3]/2, b[0] - b[2]/2, b[1] + b[3]/2, b[0] + b[2]/2}
	}
	return [4]float32{min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3])}
}

// overlap reports whether two boxes share more than they may.
func (s Suppression) overlap(a, b [4]float32) bool {
	height, width := min(a[2], b[2])-max(a[0], b[0]), min(a[3], b[3])-max(a[1], b[1])
	if height <= 0 || width <= 0 {
		return false
	}
	shared := height * width
	first, second := (a[2]-a[0])*(a[3]-a[1]), (b[2]-b[0])*(b[3]-b[1])
	union := first + second - shared
	return first > 0 && second > 0 && union > 0 && shared/union > s.Overlap
}
