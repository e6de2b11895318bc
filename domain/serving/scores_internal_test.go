package serving

import (
	"math"
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestVectorsShowWhatScoresAre(t *testing.T) {
	vector := func(classes int, values ...float32) Vector {
		scores, err := domain.NewTensor(domain.Shape{len(values) / classes, classes}, values)
		if err != nil {
			t.Fatal(err)
		}
		label, err := domain.MakeTensor(domain.INT64, domain.Shape{len(values) / classes})
		if err != nil {
			t.Fatal(err)
		}
		return Vector{Outputs: []domain.Tensor{label, scores}}
	}
	nan := float32(math.NaN())
	for _, test := range []struct {
		name    string
		known   domain.Activation
		vectors []Vector
		want    domain.Activation
	}{
		{"none", domain.Logits, nil, domain.Logits},
		{"distributions", domain.Logits, []Vector{vector(2, 0.25, 0.75, 1, 0), vector(3, 0.1, 0.2, 0.7)}, domain.Probabilities},
		{"rounding", domain.Logits, []Vector{vector(2, 0.250001, 0.75, 1.000001, -0.000001)}, domain.Probabilities},
		{"one row is none", domain.Logits, []Vector{vector(2, 0.25, 0.75, 1, 0.5)}, domain.Logits},
		{"one vector is none", domain.Logits, []Vector{vector(2, 0.25, 0.75), vector(2, 1, 1)}, domain.Logits},
		{"a negative number", domain.Logits, []Vector{vector(2, -0.25, 1.25)}, domain.Logits},
		{"NaN", domain.Logits, []Vector{vector(2, nan, 1)}, domain.Logits},
		{"one class", domain.Logits, []Vector{vector(1, 1, 1)}, domain.Logits},
		{"no such output", domain.Logits, []Vector{{}}, domain.Logits},
		{"the engine knows better", domain.Independent, []Vector{vector(2, 0.25, 0.75)}, domain.Independent},
	} {
		if got := activationOf(domain.TensorSpec{Activation: test.known}, 1, test.vectors); got != test.want {
			t.Errorf("%s: %v, expected %v", test.name, got, test.want)
		}
	}
}
