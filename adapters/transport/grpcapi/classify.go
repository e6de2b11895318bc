package grpcapi

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/portent-go/portent/domain"
)

// classify makes of scores the k highest of each row, as the classification
// extension has them: BYTES of shape [rows, k], each "score:class" or
// "score:class:label". An output of one axis that is no batch is one row, and
// gives shape [k].
func (i *inference) classify(spec domain.TensorSpec, scores domain.Tensor, k int) (domain.Tensor, error) {
	if !slices.Contains([]domain.Datatype{domain.FP16, domain.BF16, domain.FP32, domain.FP64}, spec.Datatype) {
		return domain.Tensor{}, &domain.Error{
			Kind: domain.Unsupported, Field: spec.Name, Msg: fmt.Sprintf("is %v, which holds no scores of classes", spec.Datatype),
			Expected: "FP16, BF16, FP32 or FP64", Got: spec.Datatype.String(),
		}
	}
	shape := scores.Shape()
	rows := 1
	if len(shape) > 1 || len(shape) == 1 && batched(i.served.Model.Signature()) {
		rows = shape[0]
	}
	classes := scores.Len() / max(rows, 1)
	k = min(k, classes)
	labels := i.labelsOf(spec, classes)
	texts := make([]string, 0, rows*k)
	for row := range rows {
		best, err := highest(scores, row*classes, classes, k)
		if err != nil {
			return domain.Tensor{}, err
		}
		for _, class := range best {
			texts = append(texts, classText(scores, row*classes+class, class, labels))
		}
	}
	if rows == 1 && len(shape) < 2 {
		return domain.NewTensor(domain.Shape{k}, texts)
	}
	return domain.NewTensor(domain.Shape{rows, k}, texts)
}

// labelsOf returns the names of an output's classes; nil where it has none.
func (i *inference) labelsOf(spec domain.TensorSpec, classes int) domain.Labels {
	if c := i.served.Classifier; c != nil && c.Scores().Name == spec.Name && len(i.served.Card.Labels) == classes {
		return i.served.Card.Labels
	}
	return nil
}

// highest returns the k highest of n elements from one on, highest first; among
// equals the lower comes first.
func highest(scores domain.Tensor, from, n, k int) ([]int, error) {
	values, order := make([]float64, n), make([]int, n)
	for at := range values {
		values[at], _ = domain.Number(scores, from+at)
		if math.IsNaN(values[at]) {
			return nil, domain.Errorf(domain.Internal, "the model gave NaN for class %d", at)
		}
		order[at] = at
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[b], values[a]) })
	return order[:k], nil
}

func classText(scores domain.Tensor, at, class int, labels domain.Labels) string {
	bits := 32
	if scores.Datatype() == domain.FP64 {
		bits = 64
	}
	value, _ := domain.Number(scores, at)
	text := strconv.FormatFloat(value, 'g', -1, bits) + ":" + strconv.Itoa(class)
	if labels != nil {
		text += ":" + labels.Of(class)
	}
	return text
}
