package operator

import "github.com/portent-go/portent/domain"

// CastTo returns the operator that converts to a datatype.
func CastTo(to domain.Datatype) Operator { return cast{to} }

// TakesHalves reports whether an operator itself computes with FP16 and BF16. For
// others whoever compiles them converts to FP32 and back.
func TakesHalves(op Operator) bool {
	switch o := op.(type) {
	case cast, castLike, bitCast, shapeOf:
		return true
	case *view:
		return o.kind == "Identity"
	default:
		return false
	}
}

// StaysWide reports whether an output is FP32 even if the inputs were FP16 or
// BF16.
func StaysWide(op Operator, output int) bool {
	o, ok := op.(interface{ StaysWide(output int) bool })
	return ok && o.StaysWide(output)
}

// follower is an operator whose inputs may be of several datatypes.
type follower interface {
	// follows returns the input whose datatype an output has.
	follows(inputs []Value, output int) int
}

// RoundsTo returns the datatype of 16 bits that an output is to be rounded to, if
// it was computed as FP32 from inputs some of which were narrower. FP32 is as it is.
func RoundsTo(op Operator, inputs []Value, output int) domain.Datatype {
	if StaysWide(op, output) {
		return domain.FP32
	}
	if f, ok := op.(follower); ok {
		inputs = inputs[f.follows(inputs, output):][:1]
	}
	half := domain.FP32
	for _, v := range inputs {
		if v.Datatype == domain.FP16 || v.Datatype == domain.BF16 {
			half = v.Datatype
		}
	}
	return half
}
