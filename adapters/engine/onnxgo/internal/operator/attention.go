package operator

import (
	"math"

	"github.com/portent-go/portent/domain"
)

// attentionFamily are the operators of language models that relate the elements of
// a sequence to those before them.
var attentionFamily = map[string][]definition{
	"Attention": {
		{since: 23, inputs: arity{3, 6}, outputs: arity{1, 4}, parse: parseAttention},
		{since: 24, inputs: arity{3, 7}, outputs: arity{1, 4}, parse: parseAttention},
	},
	"RotaryEmbedding":     {{since: 23, inputs: arity{3, 4}, outputs: arity{1, 1}, parse: parseRotaryEmbedding}},
	"LinearAttention":     {{since: 27, inputs: arity{3, 6}, outputs: arity{1, 2}, parse: parseLinearAttention}},
	"CausalConvWithState": {{since: 27, inputs: arity{2, 4}, outputs: arity{1, 2}, parse: parseCausalConvolution}},
}

// attention weighs the values V [batch,heads,keys,n] of keys K [batch,heads,keys,d]
// for queries Q [batch,heads,queries,d], by the softmax of the products of queries
// and keys; the heads may lie side by side, as [batch,length,heads*d]. A head of
// keys serves as many heads of queries as there are more of them. The outputs are
// what was weighed, in the form of Q; the keys and values behind the past ones, as
// four axes; and the products, at the stage that is asked for.
type attention struct {
	queryHeads, keyHeads int     // 0: as the inputs have it
	scale                float32 // of the products; negative: 1 over the root of d
	softcap              float32 // the most that a product can be; 0: no bound
	causal               bool
	left, right          int // how far a query looks; negative: as far as there are keys
	stage                attentionStage
	doubles              bool // the softmax is computed in FP64
	padsMask             bool // a mask may be shorter than there are keys
}

// attentionStage is the stage at which the products are an output.
type attentionStage int

const (
	productsPlain attentionStage = iota
	productsCapped
	productsMasked
	productsWeights
)

// The places of Attention's inputs.
const (
	attentionQ = iota
	attentionK
	attentionV
	attentionMask
	attentionPastKey
	attentionPastValue
	attentionLengths
)

// The places of Attention's outputs.
const (
	attentionY = iota
	attentionPresentKey
	attentionPresentValue
	attentionProducts
)

func parseAttention(node Node) (Operator, error) {
	a := attributesOf(node)
	op := &attention{
		queryHeads: a.int("q_num_heads", 0), keyHeads: a.int("kv_num_heads", 0),
		scale: a.float("scale", -1), softcap: a.float("softcap", 0),
		causal: a.bool("is_causal", false), left: -1, right: -1,
		stage: attentionStage(a.int("qk_matmul_output_mode", 0)), padsMask: node.Opset >= 24,
	}
	a.expect(op.queryHeads >= 0, "q_num_heads", "is negative")
	a.expect(op.keyHeads >= 0, "kv_num_heads", "is negative")
	a.expect(!a.has("scale") || op.scale >= 0, "scale", "has no square root")
	a.expect(op.softcap >= 0, "softcap", "is not a bound")
	a.expect(op.stage >= productsPlain && op.stage <= productsWeights, "qk_matmul_output_mode", "is none of 0 to 3")
	op.doubles = softmaxPrecision(a)
	if node.Opset >= 25 {
		op.left, op.right = a.int("left_window_size", -1), a.int("right_window_size", -1)
		a.expect(op.left >= -1, "left_window_size", "is less than -1")
		a.expect(op.right >= -1, "right_window_size", "is less than -1")
	}
	if err := a.done(); err != nil {
		return nil, err
	}
	return op, checkCaches(node)
}

// softmaxPrecision reports whether the softmax is to be computed in FP64. Where
// numbers of 16 bits are asked for it is computed in FP32, as everything is.
func softmaxPrecision(a *attributes) (doubles bool) {
	const float, float16, double, bfloat16 = 1, 10, 11, 16
	switch precision := a.int("softmax_precision", float); precision {
	case float, float16, bfloat16:
		return false
	default:
		a.expect(precision == double, "softmax_precision", "is none of 1, 10, 11 and 16, FP32, FP16, FP64 and BF16")
		return true
	}
}

// checkCaches refuses a node that keeps past keys in two ways.
func checkCaches(node Node) error {
	if len(node.Inputs) <= attentionLengths || node.Inputs[attentionLengths] == "" {
		return nil
	}
	for i, name := range node.Outputs {
		if name != "" && (i == attentionPresentKey || i == attentionPresentValue) {
			return node.Invalid("has input nonpad_kv_seqlen and outputs present_key or present_value, expected one of both")
		}
	}
	return nil
}

// Infer returns the output, the present keys and values, and the products.
func (a *attention) Infer(inputs []Value) ([]Value, error) {
	s, err := a.size(inputs)
	if err != nil {
		return nil, err
	}
	if _, err := a.mask(inputs, s); err != nil {
		return nil, err
	}
	if lengths, ok := optional(inputs, attentionLengths); ok && lengths.Known() {
		mask, _ := optional(inputs, attentionMask)
		if err := checkLengths(lengths.Const, inputs[attentionK].Shape, mask.Shape); err != nil {
			return nil, err
		}
	}
	keys, values := s.k, s.v
	keys.rows, values.rows, keys.abreast, values.abreast = s.keys(), s.keys(), false, false
	var outputs []Value
	for i, shape := range []domain.Shape{
		attentionY: s.output().shape(), attentionPresentKey: keys.shape(), attentionPresentValue: values.shape(),
		attentionProducts: {s.q.batch, s.q.count, s.q.rows, s.keys()},
	} {
		output, err := like(inputs[attentionQ], shape)
		if err != nil {
			return nil, domain.Errorf(domain.KindOf(err), "output %d: %w", i, err)
		}
		outputs = append(outputs, output...)
	}
	return outputs, nil
}

// follows says whose datatype an output has.
func (*attention) follows(_ []Value, output int) int {
	if output == attentionPresentValue {
		return attentionV
	}
	return attentionQ
}

// factor returns the factor of the queries and of the keys, the root of that of
// their products.
func (a *attention) factor(s attentionSize) float64 {
	if a.scale < 0 {
		return math.Sqrt(1 / math.Sqrt(float64(s.q.length)))
	}
	return math.Sqrt(float64(a.scale))
}

func (a *attention) products(inputs, _ []Value) int {
	s, err := a.size(inputs)
	if err != nil {
		return 0
	}
	return s.q.batch * s.q.count * s.q.rows * s.keys() * (s.q.length + s.v.length)
}

// keepsRows holds if all that has a batch has the rows, the mask with them.
func (*attention) keepsRows(inputs, _ []Value, perRow []bool) bool {
	for i, v := range inputs {
		batched := i != attentionMask || len(v.Shape) == 4 && v.Shape[0] > 1
		if !v.Missing() && perRow[i] != batched {
			return false
		}
	}
	return true
}
