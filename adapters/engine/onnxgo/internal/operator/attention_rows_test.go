package operator

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/team"
	"github.com/portent-go/portent/domain"
)

// defined is attention from its definition, in FP64 and with all keys up to a
// query's own.
func defined(q, k, v []float32, s attentionSize, batch, head, query int) []float64 {
	weights, sum := make([]float64, query+1), 0.0
	for j := range weights {
		for i := range s.q.length {
			weights[j] += float64(q[s.q.at(batch, head, query)+i]) * float64(k[s.k.at(batch, head/s.sharing(), j)+i])
		}
		weights[j] = math.Exp(weights[j] / math.Sqrt(float64(s.q.length)))
		sum += weights[j]
	}
	result := make([]float64, s.v.length)
	for j, weight := range weights {
		for i := range result {
			result[i] += weight / sum * float64(v[s.v.at(batch, head/s.sharing(), j)+i])
		}
	}
	return result
}

// Every instruction set, on one thread or several, computes the definition, also
// of more queries than are computed at once.
func TestAttentionIsItsDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := attentionSize{q: heads{batch: 2, count: 6, rows: 37, length: 19, abreast: true}, k: heads{batch: 2, count: 2, rows: 41, length: 19, abreast: true}, v: heads{batch: 2, count: 2, rows: 41, length: 21, abreast: true}}
	var inputs []domain.Tensor
	for _, h := range []heads{s.q, s.k, s.v} {
		values := make([]float32, product(h.shape()))
		for i := range values {
			values[i] = float32(random.NormFloat64())
		}
		inputs = append(inputs, fp32(t, h.shape(), values...))
	}
	op := parsed[Operator](t, heavyNode("Attention", 23, 3, whole("q_num_heads", 6), whole("kv_num_heads", 2), whole("is_causal", 1)))
	values := inputsOf(inputs...)
	inferred, err := op.Infer(values)
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range micro.Available() {
		var alone domain.Tensor
		for _, threads := range []int{1, 3} {
			target := Target{Set: set, Team: team.New(threads, micro.Pause)}
			run, err := Compile(op, target, values, inferred)
			if err != nil {
				t.Fatal(err)
			}
			y := rubbish(inferred[0])
			target.Team.Start(threads - 1)
			run(inputs, []domain.Tensor{y})
			target.Team.Stop()
			if threads == 1 {
				alone = y
				checkDefined(t, set.Name, inputs, s, floats(y))
			} else if !SameElements(y, alone) {
				t.Errorf("%s: other bits on %d threads", set.Name, threads)
			}
		}
	}
}

func checkDefined(t *testing.T, set string, inputs []domain.Tensor, s attentionSize, y []float32) {
	t.Helper()
	for batch := range s.q.batch {
		for head := range s.q.count {
			for query := range s.q.rows {
				got := y[s.output().at(batch, head, query):]
				for i, want := range defined(floats(inputs[0]), floats(inputs[1]), floats(inputs[2]), s, batch, head, query) {
					if math.Abs(float64(got[i])-want) > 1e-5 {
						t.Fatalf("%s: batch %d, head %d, query %d, element %d is %v, want %v", set, batch, head, query, i, got[i], want)
					}
				}
			}
		}
	}
}

func TestRowsOfAttentionStandAlone(t *testing.T) {
	node := heavyNode("Attention", 24, 4, whole("is_causal", 1))
	node.Outputs = []string{"y", "keys", "values", "products"}
	q, k := domain.Shape{3, 4, 5, 6}, domain.Shape{3, 2, 7, 6}
	inputs := ramps(t, q, k, k, domain.Shape{3, 1, 5, 7})
	checkRowsStandAlone(t, node, inputs, []bool{true, true, true, true})
	inputs[3] = ramp(t, 3, domain.Shape{4, 1, 7})
	checkRowsStandAlone(t, node, inputs, []bool{true, true, true, false})
	node.Outputs = node.Outputs[:1]
	lengths := slices.Concat(inputs, tensors(domain.Tensor{}, domain.Tensor{}, vector[int64](7, 0, 3)))
	node = answers{opType: "Attention", opset: 24, attrs: node.Attributes, inputs: lengths, want: lengths[:1]}.node()
	checkRowsStandAlone(t, node, lengths, []bool{true, true, true, false, false, false, true})
	op := parsed[Operator](t, node)
	for i, perRow := range [][]bool{{true, false, true, false, false, false, true}, {true, true, true, true, false, false, true}, {true, true, true, false, false, false, false}} {
		values := inputsOf(lengths...)
		values[attentionMask].Shape = domain.Shape{3, 1, 7} // heads that are as many as the batch has rows
		values[attentionQ].Shape = domain.Shape{3, 3, 5, 6}
		if outputs := inputsOf(inputs[0]); KeepsRows(op, values, outputs, perRow) {
			t.Errorf("case %d: rows are called independent", i)
		}
	}
}
