package onnxtest

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

// Model is an ONNX model under construction. Its methods change it and return
// it.
type Model struct {
	head  []byte // the fields of ModelProto without the graph
	graph []byte // the fields of GraphProto
}

// NewModel returns a model without nodes that imports the given version of
// ONNX's own operator set. It also serves as a subgraph: see Graph.
func NewModel(opset int) *Model {
	m := &Model{}
	m.head = integer(m.head, 1, 8) // ir_version
	m.head = text(m.head, 2, "onnxtest")
	return m.Opset("", opset).Field(2, []byte("test"))
}

// Opset imports an operator set of another domain.
func (m *Model) Opset(name string, version int) *Model {
	m.head = message(m.head, 8, integer(text(nil, 1, name), 2, int64(version)))
	return m
}

// Property adds an entry to the model's metadata_props.
func (m *Model) Property(key, value string) *Model {
	m.head = message(m.head, 14, text(text(nil, 1, key), 2, value))
	return m
}

// Input adds an input. An axis of -1 is dynamic; a nil shape is left out, which
// makes the rank unknown.
func (m *Model) Input(name string, datatype domain.Datatype, shape domain.Shape) *Model {
	return m.Field(11, value(name, datatype, shape))
}

// Output adds an output, described as in Input.
func (m *Model) Output(name string, datatype domain.Datatype, shape domain.Shape) *Model {
	return m.Field(12, value(name, datatype, shape))
}

// Initializer adds a constant, such as a weight.
func (m *Model) Initializer(name string, t domain.Tensor) *Model {
	return m.Field(5, onnxfile.WriteTensor(name, t))
}

// Node adds an operator of ONNX's own domain. The name "" leaves an optional
// input or output out. The node itself is named after its first output.
func (m *Model) Node(opType string, inputs, outputs []string, attributes ...Attribute) *Model {
	return m.DomainNode("", opType, inputs, outputs, attributes...)
}

// DomainNode is Node for an operator of the domain with the given name.
func (m *Model) DomainNode(name, opType string, inputs, outputs []string, attributes ...Attribute) *Model {
	return m.Field(1, node(name, opType, inputs, outputs, attributes))
}

// Function adds an operator that the model defines itself: by the nodes of a body,
// which is a model of which nothing else counts but the operator sets it imports.
func (m *Model) Function(set, name string, inputs, outputs, attributes []string, body *Model) *Model {
	function := text(text(nil, 1, name), 10, set)
	for _, input := range inputs {
		function = text(function, 4, input)
	}
	for _, output := range outputs {
		function = text(function, 5, output)
	}
	for _, attribute := range attributes {
		function = text(function, 6, attribute)
	}
	function = append(function, fieldsAs(body.graph, 1, 7)...)
	function = append(function, fieldsAs(body.head, 8, 9)...)
	m.head = message(m.head, 25, function)
	return m
}

// fieldsAs returns the messages in one field of a message as another field.
func fieldsAs(proto []byte, from, to protowire.Number) (renumbered []byte) {
	for len(proto) > 0 {
		number, kind, tag := protowire.ConsumeTag(proto)
		size := protowire.ConsumeFieldValue(number, kind, proto[tag:])
		if number == from {
			content, _ := protowire.ConsumeBytes(proto[tag:])
			renumbered = message(renumbered, to, content)
		}
		proto = proto[tag+size:]
	}
	return renumbered
}

// node returns a NodeProto.
func node(name, opType string, inputs, outputs []string, attributes []Attribute) []byte {
	var node []byte
	for _, input := range inputs {
		node = text(node, 1, input)
	}
	for _, output := range outputs {
		node = text(node, 2, output)
	}
	if len(outputs) > 0 {
		node = text(node, 3, outputs[0])
	}
	node = text(node, 4, opType)
	for _, a := range attributes {
		node = message(node, 5, a.proto)
	}
	if name != "" {
		node = text(node, 7, name)
	}
	return node
}

// Field adds a length-delimited field to the model's GraphProto as it is, for
// what the other methods cannot say.
func (m *Model) Field(number int32, content []byte) *Model {
	m.graph = message(m.graph, protowire.Number(number), content)
	return m
}

// Bytes returns the model as a file holds it.
func (m *Model) Bytes() []byte {
	return message(append([]byte(nil), m.head...), 7, m.graph)
}

// value returns a ValueInfoProto.
func value(name string, datatype domain.Datatype, shape domain.Shape) []byte {
	tensor := integer(nil, 1, dataType(datatype))
	if shape != nil {
		var axes []byte
		for _, length := range shape {
			if length == domain.Dynamic {
				axes = message(axes, 1, text(nil, 2, "N"))
			} else {
				axes = message(axes, 1, integer(nil, 1, int64(length)))
			}
		}
		tensor = message(tensor, 2, axes)
	}
	return message(text(nil, 1, name), 2, message(nil, 1, tensor))
}

// dataType returns the number of a datatype in the format, 0 for none.
func dataType(datatype domain.Datatype) int64 {
	numbers := map[domain.Datatype]int64{
		domain.FP32: 1, domain.UINT8: 2, domain.INT8: 3, domain.UINT16: 4, domain.INT16: 5, domain.INT32: 6, domain.INT64: 7,
		domain.BYTES: 8, domain.BOOL: 9, domain.FP16: 10, domain.FP64: 11, domain.UINT32: 12, domain.UINT64: 13, domain.BF16: 16,
	}
	return numbers[datatype]
}
