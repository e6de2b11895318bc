package kernels

import "math"

// Branching is how a node of a decision tree compares a feature with its value.
type Branching uint8

// The comparisons, numbered as in TreeEnsemble's attribute.
const (
	AtMost Branching = iota
	Below
	AtLeast
	Above
	Equal
	Unequal
	Member // of the node's set
)

// Branch is a node of a decision tree that is no leaf. Yes and No are the next
// node's position in Forest.Branches, or ^leaf. NaN goes to Yes if Missing, and
// otherwise where the comparison leads it.
type Branch[T Float] struct {
	Value     T
	Feature   int32
	Yes, No   int32
	First     int32 // of the node's set in Forest.Members
	Last      int32 // is behind the set
	Branching Branching
	Missing   bool
}

// Vote is what a leaf says about one target.
type Vote[T Float] struct {
	Target int32
	Weight T
}

// Forest is decision trees over rows of features. Every path from a root ends in
// a leaf: there are no cycles.
type Forest[T Float] struct {
	Roots    []int32 // as Branch.Yes
	Branches []Branch[T]
	Members  []T
	Leaves   []int32 // leaf i has the votes from Leaves[i] to Leaves[i+1]
	Votes    []Vote[T]
	Targets  int
	// Plain says that all nodes compare with AtMost, and NaN is nowhere special.
	Plain bool
}

// Gather is how the votes for one target become its score.
type Gather uint8

// The ways to gather, numbered as in TreeEnsemble's attribute.
const (
	MeanVote Gather = iota
	SumOfVotes
	LeastVote
	MostVote
)

// ForestRows is how many rows should go through a forest together: each tree is
// then read from memory once for all of them.
const ForestRows = 32

// Tally is what trees say about a block of rows: the scores of each row's targets,
// and which of them anybody voted for.
type Tally[T Float] struct {
	Scores []T
	Voted  []bool
}

// NewTally returns a tally for at most so many rows.
func NewTally[T Float](rows, targets int) Tally[T] {
	return Tally[T]{make([]T, rows*targets), make([]bool, rows*targets)}
}

// Evaluate sends a few rows, which begin so many features apart, through all trees
// and gathers the votes.
func (f *Forest[T]) Evaluate(tally Tally[T], rows []T, stride, n int, gather Gather) {
	scores, voted := tally.Scores[:n*f.Targets], tally.Voted[:n*f.Targets]
	clear(scores)
	clear(voted)
	for _, root := range f.Roots {
		for i := range n {
			leaf, at := f.walk(root, rows[i*stride:(i+1)*stride]), i*f.Targets
			votes := f.Votes[f.Leaves[leaf]:f.Leaves[leaf+1]]
			vote(scores[at:at+f.Targets], voted[at:at+f.Targets], votes, gather)
		}
	}
	if gather == MeanVote {
		for i := range scores {
			scores[i] /= T(len(f.Roots))
		}
	}
}

func vote[T Float](scores []T, voted []bool, votes []Vote[T], gather Gather) {
	for _, v := range votes {
		score, first := scores[v.Target], !voted[v.Target]
		switch gather {
		case LeastVote:
			if first || v.Weight < score {
				scores[v.Target] = v.Weight
			}
		case MostVote:
			if first || v.Weight > score {
				scores[v.Target] = v.Weight
			}
		default:
			scores[v.Target] = score + v.Weight
		}
		voted[v.Target] = true
	}
}

// walk returns the leaf in which a row ends.
func (f *Forest[T]) walk(at int32, row []T) int32 {
	branches := f.Branches
	if f.Plain {
		for at >= 0 {
			b := &branches[at]
			at = b.No
			if row[b.Feature] <= b.Value {
				at = b.Yes
			}
		}
		return ^at
	}
	for at >= 0 {
		b := &branches[at]
		x := row[b.Feature]
		at = b.No
		if f.says(b, x) || b.Missing && math.IsNaN(float64(x)) {
			at = b.Yes
		}
	}
	return ^at
}

func (f *Forest[T]) says(b *Branch[T], x T) bool {
	switch b.Branching {
	case AtMost:
		return x <= b.Value
	case Below:
		return x < b.Value
	case AtLeast:
		return x >= b.Value
	case Above:
		return x > b.Value
	case Equal:
		return x == b.Value
	case Unequal:
		return x != b.Value
	}
	for _, member := range f.Members[b.First:b.Last] {
		if x == member {
			return true
		}
	}
	return false
}
