package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

// textResults computes with all inputs known. New strings take memory, so that
// allocations are not counted.
func textResults(t *testing.T, node Node, inputs []domain.Tensor) []domain.Tensor {
	t.Helper()
	op, values := parsed[Operator](t, node), valuesOf(inputs, 0)
	inferred, err := op.Infer(values)
	if err != nil {
		t.Fatal(err)
	}
	run, err := op.Compile(values, inferred)
	if err != nil {
		t.Fatal(err)
	}
	outputs := make([]domain.Tensor, len(node.Outputs))
	for i := range outputs {
		outputs[i] = rubbish(inferred[i])
		for k := range dataOf[string](outputs[i]) {
			dataOf[string](outputs[i])[k] = "rubbish"
		}
	}
	run(inputs, outputs)
	return outputs
}

func words(name string, texts ...string) Attribute {
	return Attribute{Name: name, Kind: StringsAttribute, Texts: texts}
}

func TestText(t *testing.T) {
	days := vector("Monday", "tuesday", "MONDAY")
	stop := words("stopwords", "monday")
	lower := text("case_change_action", "LOWER")
	for _, e := range []example{
		{"both", "StringConcat", 20, nil, tensors(vector("a", "b"), vector("c", "")), vector("ac", "b")},
		{"spread", "StringConcat", 20, nil, tensors(tensorOf(domain.Shape{2, 1}, "a", "b"), vector("x", "y")), tensorOf(domain.Shape{2, 2}, "ax", "ay", "bx", "by")},
		{"scalars", "StringConcat", 28, nil, tensors(tensorOf(domain.Shape{}, "a"), tensorOf(domain.Shape{}, "b")), tensorOf(domain.Shape{}, "ab")},
		{"full", "RegexFullMatch", 20, attrs(text("pattern", "a|ab")), tensors(vector("a", "ab", "abc", "xa")), vector(true, true, false, false)},
		{"lines", "RegexFullMatch", 20, attrs(text("pattern", "(?m)^a$")), tensors(vector("a", "a\n", "a\nb")), vector(true, false, false)},
		{"nothing to do", "StringNormalizer", 10, nil, tensors(days), days},
		{"lower", "StringNormalizer", 10, attrs(lower), tensors(days), vector("monday", "tuesday", "monday")},
		{"stop words", "StringNormalizer", 10, attrs(stop), tensors(days), vector("tuesday")},
		{"stop words with case", "StringNormalizer", 10, attrs(words("stopwords", "Monday"), whole("is_case_sensitive", 1), text("case_change_action", "UPPER")), tensors(days), vector("TUESDAY", "MONDAY")},
		{"all stop words", "StringNormalizer", 10, attrs(stop), tensors(tensorOf(domain.Shape{1, 1}, "monday")), tensorOf(domain.Shape{1, 1}, "")},
	} {
		if got, want := contents(textResults(t, e.node(), e.inputs)[0]), contents(e.want); got != want {
			t.Errorf("%s %s: got %s, want %s", e.opType, e.name, got, want)
		}
	}
}

func TestStringSplit(t *testing.T) {
	x := vector("a,b,,c", "", "d")
	for _, c := range []struct {
		attrs  []Attribute
		x      domain.Tensor
		parts  domain.Tensor
		counts domain.Tensor
	}{
		{attrs(text("delimiter", ",")), x, tensorOf(domain.Shape{3, 4}, "a", "b", "", "c", "", "", "", "", "d", "", "", ""), vector[int64](4, 1, 1)},
		{attrs(text("delimiter", ","), whole("maxsplit", 1)), x, tensorOf(domain.Shape{3, 2}, "a", "b,,c", "", "", "d", ""), vector[int64](2, 1, 1)},
		{nil, vector(" a  b\tc ", "  "), tensorOf(domain.Shape{2, 3}, "a", "b", "c", "", "", ""), vector[int64](3, 0)},
		{attrs(whole("maxsplit", 1)), vector(" a  b c", "d"), tensorOf(domain.Shape{2, 2}, "a", "b c", "d", ""), vector[int64](2, 1)},
		{nil, tensorOf[string](domain.Shape{0, 2}), tensorOf[string](domain.Shape{0, 2, 0}), tensorOf[int64](domain.Shape{0, 2})},
	} {
		node := heavyNode("StringSplit", 20, 1, c.attrs...)
		node.Outputs = []string{"parts", "counts"}
		outputs := textResults(t, node, tensors(c.x))
		if contents(outputs[0]) != contents(c.parts) || contents(outputs[1]) != contents(c.counts) {
			t.Errorf("%v of %s: got %s and %s", c.attrs, contents(c.x), contents(outputs[0]), contents(outputs[1]))
		}
	}
}

// The numbers are those of ONNX's cases for the operator.
func TestTfIdf(t *testing.T) {
	ngrams := func(mode string, least, most, skip int64, more ...Attribute) []Attribute {
		return append(more, text("mode", mode), whole("min_gram_length", least), whole("max_gram_length", most), whole("max_skip_count", skip),
			list("ngram_counts", 0, 4), list("ngram_indexes", 0, 1, 2, 3, 4, 5, 6), list("pool_int64s", 2, 3, 5, 4, 5, 6, 7, 8, 6, 7))
	}
	line := vector[int32](1, 1, 3, 3, 3, 7, 8, 6, 7, 5, 6, 8)
	weights := Attribute{Name: "weights", Kind: FloatsAttribute, Floats: []float32{1, 2, 3, 4, 5, 6, 7}}
	pool := attrs(text("mode", "TF"), whole("min_gram_length", 1), whole("max_gram_length", 2), whole("max_skip_count", 0), list("ngram_counts", 0, 1), list("ngram_indexes", 1, 0), words("pool_strings", "a", "b", "a"))
	checkExamples(t, []example{
		{"pairs", "TfIdfVectorizer", 9, ngrams("TF", 2, 2, 0), tensors(line), vector[float32](0, 0, 0, 0, 1, 1, 1)},
		{"pairs with gaps", "TfIdfVectorizer", 9, ngrams("TF", 2, 2, 5), tensors(line), vector[float32](0, 0, 0, 0, 1, 3, 1)},
		{"single items too", "TfIdfVectorizer", 28, ngrams("TF", 1, 2, 5), tensors(line), vector[float32](0, 3, 1, 0, 1, 3, 1)},
		{"rows", "TfIdfVectorizer", 9, ngrams("TF", 2, 2, 0), tensors(tensorOf[int64](domain.Shape{2, 3}, 5, 6, 7, 8, 6, 7)), tensorOf[float32](domain.Shape{2, 7}, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1)},
		{"once", "TfIdfVectorizer", 9, ngrams("IDF", 1, 2, 5), tensors(line), vector[float32](0, 1, 1, 0, 1, 1, 1)},
		{"weighed once", "TfIdfVectorizer", 9, ngrams("IDF", 1, 2, 5, weights), tensors(line), vector[float32](0, 2, 3, 0, 5, 6, 7)},
		{"weighed", "TfIdfVectorizer", 9, ngrams("TFIDF", 1, 2, 5, weights), tensors(line), vector[float32](0, 6, 3, 0, 5, 18, 7)},
		{"words", "TfIdfVectorizer", 9, pool, tensors(vector("a", "b", "a", "a")), vector[float32](1, 3)},
		{"nothing", "TfIdfVectorizer", 9, pool, tensors(tensorOf[string](domain.Shape{2, 0})), tensorOf[float32](domain.Shape{2, 2}, 0, 0, 0, 0)},
	})
}

func TestTextRefuses(t *testing.T) {
	least := minima["TfIdfVectorizer"].attrs(9)
	with := func(changed Attribute) Node {
		return heavyNode("TfIdfVectorizer", 9, 1, append(without(least, changed.Name), changed)...)
	}
	for said, node := range map[string]Node{
		"pattern (left out) is required":          heavyNode("RegexFullMatch", 20, 1),
		`pattern = "a)(b" is not a regular`:       heavyNode("RegexFullMatch", 20, 1, text("pattern", "a)(b")),
		`locale = "tr_TR" is not supported`:       heavyNode("StringNormalizer", 10, 1, text("locale", "tr_TR")),
		`case_change_action = "title" is not`:     heavyNode("StringNormalizer", 10, 1, text("case_change_action", "title")),
		"maxsplit = -2 is not a number of cuts":   heavyNode("StringSplit", 20, 1, whole("maxsplit", -2)),
		`mode = "BM25" is not TF, IDF or TFIDF`:   with(text("mode", "BM25")),
		"ngram_counts = [1 0] does not say":       with(list("ngram_counts", 1, 0)),
		"ngram_indexes = [0 1 2] has not one":     with(list("ngram_indexes", 0, 1, 2)),
		"ngram_indexes = [0 -1] is not of":        with(list("ngram_indexes", 0, -1)),
		"max_gram_length = 0 is not a length":     with(whole("max_gram_length", 0)),
		"pool_strings = [\"a\"] is the only pool": with(words("pool_strings", "a")),
	} {
		_, err := Parse(node)
		checkRefused(t, err, domain.Unsupported, said)
	}
	unequal := append(without(least, "mode"), text("mode", "IDF"), Attribute{Name: "weights", Kind: FloatsAttribute, Floats: []float32{1, 2}})
	_, err := Parse(heavyNode("TfIdfVectorizer", 9, 1, append(without(unequal, "ngram_indexes"), list("ngram_indexes", 1, 0))...))
	checkRefused(t, err, domain.Unsupported, "weights = [1 2] does not give each of ngram_indexes the weight of its place")
	for _, c := range []struct {
		node   Node
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{heavyNode("StringConcat", 20, 2), inputsOf(vector("a"), upTo(1)), domain.Invalid, "input Y has datatype INT32, expected BYTES"},
		{heavyNode("StringConcat", 20, 2), inputsOf(vector("a", "b"), vector("a", "b", "c")), domain.Invalid, "do not broadcast"},
		{heavyNode("StringSplit", 20, 1), inputsOf(vector("a")), domain.Unsupported, "input X is computed"},
		{heavyNode("StringNormalizer", 10, 1, words("stopwords", "a")), inputsOf(vector("a")), domain.Unsupported, "input X is computed"},
		{heavyNode("StringNormalizer", 10, 1), inputsOf(tensorOf(domain.Shape{2, 1}, "a", "b")), domain.Invalid, "input X has shape [2,1], expected [C] or [1,C]"},
		{heavyNode("TfIdfVectorizer", 9, 1, least...), inputsOf(vector("a")), domain.Invalid, "input X has datatype BYTES, expected INT64 or INT32"},
	} {
		_, err := parsed[Operator](t, c.node).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
}
