package openinference

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/portent-go/portent/domain"
)

// Classify returns the k largest elements of each row of an output, largest
// first, as the protocol's classification extension tells them: BYTES of shape
// [rows, k], each "value:index" or, for a class that has a label,
// "value:index:label". Among equals the lower index comes first. A k beyond a
// row's elements gives all of them. batched says that axis 0 counts rows; without
// it the whole output is one, and the shape is [k].
//
// An output that is not of numbers is an error of kind Unsupported, NaN in it one
// of kind Invalid. Both have no field: the caller knows the output's name.
func Classify(output domain.Tensor, k int, labels domain.Labels, batched bool) (domain.Tensor, error) {
	shape := output.Shape()
	rows := 1
	if batched && len(shape) > 0 {
		rows = shape[0]
	}
	classes := 0
	if rows > 0 {
		classes = output.Len() / rows
	}
	k = min(k, classes)
	texts, err := classify(output, ranking{rows: rows, classes: classes, k: k, labels: labels})
	if err != nil {
		return domain.Tensor{}, err
	}
	if !batched {
		return domain.NewTensor(domain.Shape{k}, texts)
	}
	return domain.NewTensor(domain.Shape{rows, k}, texts)
}

// ranking says which of an output's elements are wanted.
type ranking struct {
	rows, classes, k int
	labels           domain.Labels
}

func classify(output domain.Tensor, r ranking) ([]string, error) {
	switch output.Datatype() {
	case domain.FP32:
		return ranked(r, elements[float32](output), float(32))
	case domain.FP64:
		return ranked(r, elements[float64](output), float(64))
	case domain.FP16:
		return ranked(r, widened(elements[domain.Float16](output)), float(32))
	case domain.BF16:
		return ranked(r, widened(elements[domain.BFloat16](output)), float(32))
	case domain.INT8:
		return ranked(r, elements[int8](output), whole)
	case domain.INT16:
		return ranked(r, elements[int16](output), whole)
	case domain.INT32:
		return ranked(r, elements[int32](output), whole)
	case domain.INT64:
		return ranked(r, elements[int64](output), whole)
	case domain.UINT8:
		return ranked(r, elements[uint8](output), whole)
	case domain.UINT16:
		return ranked(r, elements[uint16](output), whole)
	case domain.UINT32:
		return ranked(r, elements[uint32](output), whole)
	case domain.UINT64:
		return ranked(r, elements[uint64](output), whole)
	default:
		return nil, &domain.Error{Kind: domain.Unsupported, Msg: fmt.Sprintf("is of datatype %v, which has no order of classes", output.Datatype()), Expected: "numbers", Got: output.Datatype().String()}
	}
}

// number are the elements that can be ranked.
type number interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64
}

func widened[T interface{ Float32() float32 }](halves []T) []float32 {
	floats := make([]float32, len(halves))
	for i, half := range halves {
		floats[i] = half.Float32()
	}
	return floats
}

func float(bits int) func(float64) string {
	return func(v float64) string { return strconv.FormatFloat(v, 'g', -1, bits) }
}

// whole is nil: whole numbers are written as they are, since a float64 does not
// hold all of them.
var whole func(float64) string

func ranked[T number](r ranking, values []T, write func(float64) string) ([]string, error) {
	texts := make([]string, 0, r.rows*r.k)
	order := make([]int, r.classes)
	for row := range r.rows {
		scores := values[row*r.classes : (row+1)*r.classes]
		if i := slices.IndexFunc(scores, func(v T) bool { return math.IsNaN(float64(v)) }); i >= 0 {
			return nil, &domain.Error{Kind: domain.Invalid, Msg: fmt.Sprintf("holds NaN as element %d, which has no rank among classes", row*r.classes+i), Hint: "ask for the output without classification"}
		}
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(scores[b], scores[a]), a-b) })
		for _, class := range order[:r.k] {
			texts = append(texts, r.text(class, textOf(scores[class], write)))
		}
	}
	return texts, nil
}

func textOf[T number](value T, write func(float64) string) string {
	if write == nil {
		return fmt.Sprint(value)
	}
	return write(float64(value))
}

func (r ranking) text(class int, value string) string {
	text := value + ":" + strconv.Itoa(class)
	if class < len(r.labels) && r.labels[class] != "" {
		text += ":" + r.labels[class]
	}
	return text
}
