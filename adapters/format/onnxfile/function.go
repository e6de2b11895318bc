package onnxfile

import "github.com/portent-go/portent/domain"

// Function is an operator that the model defines itself, by nodes. They see its
// inputs and attributes and nothing else.
type Function struct {
	Domain     string
	Name       string
	Inputs     []string
	Outputs    []string
	Attributes []string    // that a call gives, or leaves out
	Defaults   []Attribute // of attributes that a call may leave out
	Nodes      []Node      // each value is made before it is used, if there is such an order
	Opsets     []domain.Opset
}

// function reads a FunctionProto. Left out are doc strings, value_info and
// metadata.
func (r *reader) function(data []byte, where string) (Function, error) {
	fn := Function{Nodes: make([]Node, 0, count(data, 7))}
	err := fields(data, where, func(f field) (err error) {
		switch f.number {
		case 1:
			err = f.text(&fn.Name)
		case 4:
			fn.Inputs, err = f.texts(fn.Inputs)
		case 5:
			fn.Outputs, err = f.texts(fn.Outputs)
		case 6:
			fn.Attributes, err = f.texts(fn.Attributes)
		case 10:
			err = f.text(&fn.Domain)
			fn.Domain = canonical(fn.Domain)
		case 13:
			err = readOverload(f)
		default:
			err = r.functionPart(&fn, f, where)
		}
		return err
	})
	fn.Nodes = inOrder(fn.Nodes)
	if err == nil && fn.Name == "" {
		err = invalid(where, "has no name")
	}
	return fn, err
}

// functionPart reads what is a message of its own.
func (r *reader) functionPart(fn *Function, f field, where string) error {
	switch f.number {
	case 7:
		return f.message(func(data []byte) error {
			node, err := r.node(data, place(where, "node", len(fn.Nodes)), 1)
			fn.Nodes = append(fn.Nodes, node)
			return err
		})
	case 9:
		return f.message(func(data []byte) (err error) {
			fn.Opsets, err = appendOpset(fn.Opsets, data, place(where, "opset_import", len(fn.Opsets)))
			return err
		})
	case 11:
		return f.message(func(data []byte) error {
			attribute, err := r.attribute(data, place(where, "attribute_proto", len(fn.Defaults)), 1)
			fn.Defaults = append(fn.Defaults, attribute)
			return err
		})
	}
	return nil
}
