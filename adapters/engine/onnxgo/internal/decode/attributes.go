package decode

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
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
	onnxfile.GraphAttribute:   operator.GraphAttribute,
}

// attribute converts an attribute. It is not given where it refers to one that
// the call of a function leaves out.
func (c *converter) attribute(a onnxfile.Attribute, f *frame) (converted operator.Attribute, given bool, err error) {
	if a.Reference != "" {
		if f.attributes == nil {
			return converted, false, domain.Errorf(domain.Invalid, "attribute %q refers to the attribute %q of a function, but is in none", a.Name, a.Reference)
		}
		converted, given = f.attributes[a.Reference]
		converted.Name = a.Name
		return converted, given, nil
	}
	converted = operator.Attribute{
		Name: a.Name, Kind: kinds[a.Kind],
		Int: a.Int, Float: a.Float, String: a.Text, Tensor: a.Tensor,
		Ints: a.Ints, Floats: a.Floats, Texts: a.Texts,
	}
	if a.Kind == onnxfile.GraphAttribute {
		converted.Graph, err = c.body(a.Graph, f)
	}
	return converted, true, err
}
