package decode

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/adapters/format/onnxfile"
)

// kinds are the operator package's kinds of attribute, by the file's. The rest
// is OtherAttribute, which no operator takes.
var kinds = map[onnxfile.AttributeKind]operator.AttributeKind{
	onnxfile.IntAttribute:     operator.IntAttribute,
	onnxfile.FloatAttribute:   operator.FloatAttribute,
	onnxfile.StringAttribute:  operator.StringAttribute,
	onnxfile.TensorAttribute:  operator.TensorAttribute,
	onnxfile.IntsAttribute:    operator.IntsAttribute,
	onnxfile.FloatsAttribute:  operator.FloatsAttribute,
	onnxfile.StringsAttribute: operator.StringsAttribute,
}

func attribute(a onnxfile.Attribute) operator.Attribute {
	return operator.Attribute{
		Name: a.Name, Kind: kinds[a.Kind],
		Int: a.Int, Float: a.Float, String: a.Text, Tensor: a.Tensor,
		Ints: a.Ints, Floats: a.Floats, Texts: a.Texts,
	}
}
