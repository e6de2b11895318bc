package onnxtest

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

// Attribute is a constant of a node.
type Attribute struct{ proto []byte }

// named begins an AttributeProto of a kind.
func named(name string, kind onnxfile.AttributeKind) []byte {
	return integer(text(nil, 1, name), 20, int64(kind))
}

// Float returns an attribute that holds a number.
func Float(name string, v float32) Attribute {
	return Attribute{float(named(name, onnxfile.FloatAttribute), 2, v)}
}

// Int returns an attribute that holds an integer.
func Int(name string, v int64) Attribute {
	return Attribute{integer(named(name, onnxfile.IntAttribute), 3, v)}
}

// String returns an attribute that holds a text.
func String(name, v string) Attribute {
	return Attribute{text(named(name, onnxfile.StringAttribute), 4, v)}
}

// Tensor returns an attribute that holds a tensor.
func Tensor(name string, t domain.Tensor) Attribute {
	return Attribute{message(named(name, onnxfile.TensorAttribute), 5, onnxfile.WriteTensor("", t))}
}

// Graph returns an attribute that holds a graph: that of a model.
func Graph(name string, m *Model) Attribute {
	return Attribute{message(named(name, onnxfile.GraphAttribute), 6, m.graph)}
}

// Reference returns an attribute whose value is that of an attribute of the
// function that the node is in.
func Reference(name string, kind onnxfile.AttributeKind, of string) Attribute {
	return Attribute{text(named(name, kind), 21, of)}
}

// Floats returns an attribute that holds numbers.
func Floats(name string, values ...float32) Attribute {
	proto := named(name, onnxfile.FloatsAttribute)
	for _, v := range values {
		proto = float(proto, 7, v)
	}
	return Attribute{proto}
}

// Ints returns an attribute that holds integers.
func Ints(name string, values ...int64) Attribute {
	proto := named(name, onnxfile.IntsAttribute)
	for _, v := range values {
		proto = integer(proto, 8, v)
	}
	return Attribute{proto}
}

// Strings returns an attribute that holds texts.
func Strings(name string, values ...string) Attribute {
	proto := named(name, onnxfile.StringsAttribute)
	for _, v := range values {
		proto = text(proto, 9, v)
	}
	return Attribute{proto}
}

func integer(to []byte, number protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(to, number, protowire.VarintType), uint64(v))
}

func float(to []byte, number protowire.Number, v float32) []byte {
	return protowire.AppendFixed32(protowire.AppendTag(to, number, protowire.Fixed32Type), math.Float32bits(v))
}

func text(to []byte, number protowire.Number, v string) []byte {
	return protowire.AppendString(protowire.AppendTag(to, number, protowire.BytesType), v)
}

func message(to []byte, number protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, number, protowire.BytesType), content)
}
