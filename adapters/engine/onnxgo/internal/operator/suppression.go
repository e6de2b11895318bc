package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// suppression keeps the best of the boxes that overlap, for each class of each
// picture.
type suppression struct{ centered bool }

func parseNonMaxSuppression(node Node) (Operator, error) {
	a := attributesOf(node)
	return suppression{a.bool("center_point_box", false)}, a.done()
}

// Infer selects the boxes, which must be known, and says how many there are.
func (s suppression) Infer(inputs []Value) ([]Value, error) {
	selected, err := s.selected(inputs)
	if err != nil {
		return nil, err
	}
	return like(Value{Datatype: domain.INT64}, domain.Shape{len(selected) / 3, 3})
}

// Compile selects the boxes.
func (s suppression) Compile(inputs, _ []Value) (Run, error) {
	selected, err := s.selected(inputs)
	if err != nil {
		return nil, err
	}
	return func(_, out []domain.Tensor) { copy(dataOf[int64](out[0]), selected) }, nil
}

// selected returns picture, class and box of all that are kept.
func (s suppression) selected(inputs []Value) ([]int64, error) {
	boxes, scores, err := boxesOf(inputs)
	if err != nil {
		return nil, err
	}
	kept := kernels.Suppression{Centered: s.centered}
	most, _, err := scalarOf[int64](inputs, 2, "max_output_boxes_per_class")
	if err != nil {
		return nil, err
	}
	kept.Most = int(most)
	if kept.Overlap, _, err = scalarOf[float32](inputs, 3, "iou_threshold"); err != nil {
		return nil, err
	}
	if kept.Score, kept.Scored, err = scalarOf[float32](inputs, 4, "score_threshold"); err != nil {
		return nil, err
	}
	if !(kept.Overlap >= 0 && kept.Overlap <= 1) {
		return nil, domain.Errorf(domain.Invalid, "input iou_threshold is %v, expected 0 to 1", kept.Overlap)
	}
	pictures, classes, n := scores.Shape[0], scores.Shape[1], scores.Shape[2]
	selected := []int64{}
	if kept.Most <= 0 || product(scores.Shape) == 0 {
		return selected, nil
	}
	for at := range pictures * classes {
		picture := at / classes
		for _, box := range kept.Suppress(dataOf[float32](boxes.Const)[picture*n*4:(picture+1)*n*4], dataOf[float32](scores.Const)[at*n:(at+1)*n]) {
			selected = append(selected, int64(picture), int64(at%classes), int64(box))
		}
	}
	return selected, nil
}

// boxesOf returns the boxes and their scores.
func boxesOf(inputs []Value) (boxes, scores Value, err error) {
	if boxes, err = present(inputs, 0, "boxes"); err != nil {
		return boxes, scores, err
	}
	if scores, err = present(inputs, 1, "scores"); err != nil {
		return boxes, scores, err
	}
	for i, name := range []string{"boxes", "scores"} {
		if d := inputs[i].Datatype; d != domain.FP32 {
			return boxes, scores, wrongDatatype(name, d, "FP32")
		}
	}
	b, s := boxes.Shape, scores.Shape
	switch {
	case len(b) != 3 || b[2] != 4:
		err = misshapen("boxes", b, "[N,boxes,4]")
	case len(s) != 3 || s[0] != b[0] || s[2] != b[1]:
		err = misshapen("scores", s, "[N,classes,boxes] for boxes of shape "+b.String())
	case !boxes.Known():
		err = unknownElements("boxes")
	case !scores.Known():
		err = unknownElements("scores")
	}
	return boxes, scores, err
}

// scalarOf returns the one element of an optional input that must be known.
func scalarOf[T domain.Element](inputs []Value, at int, name string) (value T, given bool, err error) {
	v, ok := optional(inputs, at)
	switch {
	case !ok:
		return value, false, nil
	case v.Datatype != domain.DatatypeOf[T]() || product(v.Shape) > 1 || len(v.Shape) > 1:
		return value, false, domain.Errorf(domain.Invalid, "input %s is %v %v, expected one %v", name, v.Datatype, v.Shape, domain.DatatypeOf[T]())
	case product(v.Shape) == 0:
		return value, false, nil
	case !v.Known():
		return value, false, unknownElements(name)
	}
	return firstOf[T](v.Const), true, nil
}
