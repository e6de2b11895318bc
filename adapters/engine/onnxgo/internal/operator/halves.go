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
