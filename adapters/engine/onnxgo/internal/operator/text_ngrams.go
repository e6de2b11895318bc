package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// tfIdf counts sequences of words in each row of its input, and weighs the counts.
type tfIdf struct {
	mode    string
	words   *kernels.Ngrams[string] // one of these
	numbers *kernels.Ngrams[int64]
	places  []int // in the output, of each sequence
	weights []float32
	gaps    kernels.Gaps
	columns int
}

func parseTfIdf(node Node) (Operator, error) {
	a := attributesOf(node)
	t := tfIdf{mode: a.text("mode", ""), places: a.ints("ngram_indexes")}
	a.expect(slices.Contains([]string{"TF", "IDF", "TFIDF"}, t.mode), "mode", "is not TF, IDF or TFIDF")
	t.gaps = kernels.Gaps{Least: a.int("min_gram_length", 0), Most: a.int("max_gram_length", 0), Skip: a.int("max_skip_count", 0)}
	a.expect(a.has("max_skip_count") && t.gaps.Skip >= 0 && t.gaps.Skip < mostResized, "max_skip_count", "is not a number of items")
	a.expect(t.gaps.Least > 0 && t.gaps.Least < mostResized, "min_gram_length", "is not a length")
	a.expect(t.gaps.Most >= t.gaps.Least && t.gaps.Most < mostResized, "max_gram_length", "is not a length from min_gram_length on")
	a.expect(len(t.places) > 0 && noLess(t.places, 0), "ngram_indexes", "is not of places in the output")
	if len(t.places) > 0 {
		t.columns = slices.Max(t.places) + 1
	}
	weights, _ := a.find("weights", FloatsAttribute)
	if t.weights = weights.Floats; a.err == nil {
		a.expect(t.weighs(), "weights", "does not give each of ngram_indexes the weight of its place, so that engines disagree")
	}
	words, _ := a.find("pool_strings", StringsAttribute)
	numbers, _ := a.find("pool_int64s", IntsAttribute)
	a.expect((len(words.Texts) > 0) != (len(numbers.Ints) > 0), "pool_strings", "is the only pool of sequences, or pool_int64s is; expected one of them")
	counts := a.ints("ngram_counts")
	if a.err == nil && len(words.Texts) > 0 {
		t.words = ngramsOf(a, words.Texts, counts, len(t.places), t.gaps)
	} else if a.err == nil {
		t.numbers = ngramsOf(a, numbers.Ints, counts, len(t.places), t.gaps)
	}
	return t, a.done()
}

// weighs reports whether the weights are those of the sequences and those of the
// output's places, whichever is meant. ONNX says the first and its reference does
// the second.
func (t tfIdf) weighs() bool {
	if t.weights == nil || t.mode == "TF" {
		return true
	}
	if len(t.weights) != len(t.places) || len(t.weights) != t.columns {
		return false
	}
	for i, place := range t.places {
		if t.weights[i] != t.weights[place] {
			return false
		}
	}
	return true
}

// ngramsOf reads a pool: sequences of one item, of two and so on, that begin at
// counts.
func ngramsOf[K comparable](a *attributes, pool []K, counts []int, sequences int, gaps kernels.Gaps) *kernels.Ngrams[K] {
	all, number := &kernels.Ngrams[K]{}, 0
	for i, begin := range counts {
		end, size := len(pool), i+1
		if i+1 < len(counts) {
			end = counts[i+1]
		}
		if begin < 0 || end < begin || end > len(pool) || (end-begin)%size != 0 {
			a.expect(false, "ngram_counts", "does not say where sequences of 1, 2 and more items begin in the pool")
			return nil
		}
		for ; begin < end; begin += size {
			if size >= gaps.Least && size <= gaps.Most {
				all.Add(pool[begin:begin+size], number)
			}
			number++
		}
	}
	a.expect(number == sequences, "ngram_indexes", "has not one place for each sequence of the pool")
	return all
}

// Infer returns a column for each place.
func (t tfIdf) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	switch d := x.Datatype; {
	case t.words != nil && d != domain.BYTES:
		return nil, domain.Errorf(domain.Invalid, "input X has datatype %v, expected BYTES as in pool_strings", d)
	case t.numbers != nil && d != domain.INT64 && d != domain.INT32:
		return nil, domain.Errorf(domain.Invalid, "input X has datatype %v, expected INT64 or INT32 as in pool_int64s", d)
	case len(x.Shape) > 2:
		return nil, misshapen("X", x.Shape, "[C] or [N,C]")
	}
	shape := domain.Shape{t.columns}
	if len(x.Shape) == 2 {
		shape = domain.Shape{x.Shape[0], t.columns}
	}
	return like(Value{Datatype: domain.FP32}, shape)
}

// Compile makes room for a row of numbers.
func (t tfIdf) Compile(inputs, _ []Value) (Run, error) {
	shape := inputs[0].Shape
	rows := 1
	if len(shape) == 2 {
		rows = shape[0]
	}
	var wide []int64
	if inputs[0].Datatype == domain.INT32 && rows > 0 {
		n := product(shape) / rows
		if n > mostIndices {
			return nil, domain.Errorf(domain.Unsupported, "a row has %d items, at most %d are supported", n, mostIndices)
		}
		wide = make([]int64, n)
	}
	return func(in, out []domain.Tensor) {
		dst := dataOf[float32](out[0])
		clear(dst)
		for i := range rows {
			row := dst[i*t.columns : (i+1)*t.columns]
			t.count(row, in[0], wide, i, rows)
			t.weigh(row)
		}
	}, nil
}

// count counts the sequences of one of the rows of x.
func (t tfIdf) count(dst []float32, x domain.Tensor, wide []int64, i, rows int) {
	switch x.Datatype() {
	case domain.BYTES:
		t.words.Count(dst, pictureOf(dataOf[string](x), i, rows), t.places, t.gaps)
	case domain.INT32:
		kernels.Convert(wide, pictureOf(dataOf[int32](x), i, rows))
		t.numbers.Count(dst, wide, t.places, t.gaps)
	default:
		t.numbers.Count(dst, pictureOf(dataOf[int64](x), i, rows), t.places, t.gaps)
	}
}

// weigh turns counts into what the mode asks for.
func (t tfIdf) weigh(row []float32) {
	for i, count := range row {
		if t.mode == "IDF" {
			row[i] = min(count, 1)
		}
		if t.mode != "TF" && t.weights != nil {
			row[i] *= t.weights[i]
		}
	}
}

func (t tfIdf) keepsRows(inputs, _ []Value, _ []bool) bool { return len(inputs[0].Shape) == 2 }
