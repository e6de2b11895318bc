package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/team"
	"github.com/portent-go/portent/domain"
)

// attentionTile is how many queries are computed at once, so that their products
// with all keys stay small.
const attentionTile = 64

// Compile computes with plain Go.
func (a *attention) Compile(inputs, outputs []Value) (Run, error) {
	return a.CompileFor(portable(), inputs, outputs)
}

// CompileFor gives each thread the heads of queries that share a head of keys.
func (a *attention) CompileFor(t Target, inputs, _ []Value) (Run, error) {
	s, err := a.size(inputs)
	if err != nil {
		return nil, err
	}
	if err := fitsScratch(t.Team.Size(), s.keys()+attentionTile, 2*(s.q.length+s.v.length)); err != nil {
		return nil, err
	}
	if err := fitsScratch(t.Team.Size(), attentionTile, s.keys()); err != nil {
		return nil, err
	}
	if inputs[attentionQ].Datatype == domain.FP64 {
		return attending(a, t, inputs, s, func(int) attentionMath[float64] { return plainAttention(s) })
	}
	return attending(a, t, inputs, s, func(tile int) attentionMath[float32] { return a.packed(t, s, tile) })
}

// attentionRun is attention with its scratch memory.
type attentionRun[T realNumber] struct {
	*attention
	size    attentionSize
	rows    maskRows
	factor  T
	tile    int
	team    *team.Team
	workers []*attentionWorker[T]
	part    func(part, worker int)
	in, out []domain.Tensor
}

// attentionWorker is the memory of one thread.
type attentionWorker[T realNumber] struct {
	keys, values             []T // [keys,length], the keys scaled
	queries, scores, weighed []T // of a tile: [rows,length], [rows,keys], [rows,length]
	with                     attentionMath[T]
}

func attending[T realNumber](a *attention, t Target, inputs []Value, s attentionSize, with func(tile int) attentionMath[T]) (Run, error) {
	rows, err := a.mask(inputs, s)
	if err != nil {
		return nil, err
	}
	if s.keys() == 0 {
		return func(_, out []domain.Tensor) { clear(dataOf[T](out[attentionY])) }, nil
	}
	r := &attentionRun[T]{attention: a, size: s, rows: rows, factor: T(a.factor(s)), team: t.Team}
	r.tile = max(1, min(attentionTile, s.sharing()*s.q.rows))
	for range t.Team.Size() {
		r.workers = append(r.workers, &attentionWorker[T]{
			keys: make([]T, s.keys()*s.k.length), values: make([]T, s.keys()*s.v.length),
			queries: make([]T, r.tile*s.q.length), scores: make([]T, r.tile*s.keys()), weighed: make([]T, r.tile*s.v.length),
			with: with(r.tile),
		})
	}
	r.part = r.compute
	return r.run, nil
}

func (r *attentionRun[T]) run(in, out []domain.Tensor) {
	r.in, r.out = in, out
	r.team.Do(r.size.k.batch*r.size.k.count, r.part)
	r.in, r.out = nil, nil
}

// output returns the elements of an output, nil if nobody reads it.
func (r *attentionRun[T]) output(at int) []T {
	if at >= len(r.out) {
		return nil
	}
	return dataOf[T](r.out[at])
}

// compute computes the heads of queries of a head of keys.
func (r *attentionRun[T]) compute(part, worker int) {
	w, batch, head := r.workers[worker], part/r.size.k.count, part%r.size.k.count
	r.collect(w.keys, attentionK, attentionPastKey, attentionPresentKey, r.size.k, batch, head)
	r.collect(w.values, attentionV, attentionPastValue, attentionPresentValue, r.size.v, batch, head)
	kernels.ScaleBy(w.keys, w.keys, r.factor)
	w.with.take(w.keys, w.values)
	rows := r.size.sharing() * r.size.q.rows
	for first := 0; first < rows; first += r.tile {
		r.attend(w, batch, head, first, min(r.tile, rows-first))
	}
}

// collect copies the past and the new rows of a head one behind another, and once
// more to the output for them.
func (r *attentionRun[T]) collect(to []T, from, past, present int, h heads, batch, head int) {
	n := 0
	if r.size.past > 0 {
		n = r.size.past * h.length
		copy(to[:n], dataOf[T](r.in[past])[(batch*h.count+head)*n:])
	}
	src, apart := dataOf[T](r.in[from])[h.at(batch, head, 0):], h.apart()
	for row := range h.rows {
		copy(to[n+row*h.length:][:h.length], src[row*apart:])
	}
	if dst := r.output(present); len(dst) > 0 {
		copy(dst[(batch*h.count+head)*len(to):], to)
	}
}

// place returns which head and query is a row of those that share a head of keys.
func (r *attentionRun[T]) place(keyHead, row int) (head, query int) {
	return keyHead*r.size.sharing() + row/r.size.q.rows, row % r.size.q.rows
}

// attend computes n rows of the queries that share a head of keys.
func (r *attentionRun[T]) attend(w *attentionWorker[T], batch, keyHead, first, n int) {
	q, y, keys := r.size.q, r.size.output(), r.size.keys()
	for i := range n {
		head, query := r.place(keyHead, first+i)
		kernels.ScaleBy(w.queries[i*q.length:][:q.length], dataOf[T](r.in[attentionQ])[q.at(batch, head, query):][:q.length], r.factor)
	}
	w.with.score(w.scores, w.queries, n)
	for i := range n {
		head, query := r.place(keyHead, first+i)
		r.weigh(w, w.scores[i*keys:][:keys], batch, head, query)
	}
	w.with.weigh(w.weighed, w.scores, n)
	if dst := r.output(attentionY); len(dst) > 0 {
		for i := range n {
			head, query := r.place(keyHead, first+i)
			copy(dst[y.at(batch, head, query):], w.weighed[i*y.length:][:y.length])
		}
	}
}

// weigh turns a query's scores into weights. At one stage they are an output.
func (r *attentionRun[T]) weigh(w *attentionWorker[T], scores []T, batch, head, query int) {
	r.tell(productsPlain, scores, batch, head, query)
	if r.softcap > 0 {
		kernels.ScaleBy(scores, scores, 1/T(r.softcap))
		w.with.squash(scores)
		kernels.ScaleBy(scores, scores, T(r.softcap))
	}
	r.tell(productsCapped, scores, batch, head, query)
	var lengths []int64
	if len(r.in) > attentionLengths {
		lengths = dataOf[int64](r.in[attentionLengths])
	}
	low, high := r.window(r.size, r.rows, lengths, batch, query)
	var mask domain.Tensor
	if r.rows.given {
		mask = r.in[attentionMask]
	}
	attended := addMask(r.rows, scores, mask, batch*r.rows.batch+head*r.rows.head+query*r.rows.row, low, high)
	r.tell(productsMasked, scores, batch, head, query)
	kernels.WeighKeys(scores, attended, w.with.normalize)
	r.tell(productsWeights, scores, batch, head, query)
}

func (r *attentionRun[T]) tell(stage attentionStage, scores []T, batch, head, query int) {
	if dst := r.output(attentionProducts); stage == r.stage && len(dst) > 0 {
		copy(dst[((batch*r.size.q.count+head)*r.size.q.rows+query)*len(scores):], scores)
	}
}
