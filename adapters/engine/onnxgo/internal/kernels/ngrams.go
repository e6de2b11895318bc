package kernels

// Ngrams are sequences of items, with the number of each. The zero value is an
// empty beginning of all.
type Ngrams[K comparable] struct {
	id   int // 1 and more, or 0 for what only begins one
	next map[K]*Ngrams[K]
}

// Add gives a sequence a number, 0 or more.
func (g *Ngrams[K]) Add(items []K, number int) {
	for _, item := range items {
		if g.next == nil {
			g.next = map[K]*Ngrams[K]{}
		}
		if g.next[item] == nil {
			g.next[item] = &Ngrams[K]{}
		}
		g = g.next[item]
	}
	g.id = number + 1
}

// Gaps say which sequences are counted: of Least to Most items, with up to Skip
// items between two of them, the same number each time.
type Gaps struct{ Least, Most, Skip int }

// Count adds 1 to dst for each sequence found in a row of items, at the place
// that its number has in places. Single items are found once, whatever is skipped.
func (g *Ngrams[K]) Count(dst []float32, row []K, places []int, gaps Gaps) {
	least := gaps.Least
	for distance := 1; distance <= gaps.Skip+1; distance++ {
		for first := 0; first < len(row)-distance*(least-1); first++ {
			g.countFrom(dst, row[first:], places, distance, least, gaps.Most)
		}
		if least == 1 {
			least = 2
		}
		if least > gaps.Most || distance > len(row) {
			return
		}
	}
}

func (g *Ngrams[K]) countFrom(dst []float32, row []K, places []int, distance, least, most int) {
	at := 0
	for size := 1; size <= most && at < len(row); size++ {
		if g = g.next[row[at]]; g == nil {
			return
		}
		if size >= least && g.id > 0 {
			dst[places[g.id-1]]++
		}
		at += distance
	}
}
