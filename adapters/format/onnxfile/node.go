package onnxfile

// Node is one operator of a graph.
type Node struct {
	Name       string
	OpType     string
	Domain     string   // "" is ONNX's own, which files also call "ai.onnx"
	Inputs     []string // "" is an optional input that was left out
	Outputs    []string // "" is an optional output that is not wanted; one at least has a name
	Attributes []Attribute
}

// node reads a NodeProto. Left out are its doc string, metadata and hints for
// distributing it over devices.
func (r *reader) node(data []byte, where string, depth int) (Node, error) {
	n := Node{Attributes: make([]Attribute, 0, count(data, 5))}
	err := fields(data, where, func(f field) (err error) {
		switch f.number {
		case 1:
			n.Inputs, err = f.texts(n.Inputs)
		case 2:
			n.Outputs, err = f.texts(n.Outputs)
		case 3:
			err = f.text(&n.Name)
		case 4:
			err = f.text(&n.OpType)
		case 5:
			err = f.message(func(data []byte) error {
				attribute, err := r.attribute(data, place(where, "attribute", len(n.Attributes)), depth)
				n.Attributes = append(n.Attributes, attribute)
				return err
			})
		case 7:
			err = f.text(&n.Domain)
			n.Domain = canonical(n.Domain)
		case 8:
			err = readOverload(f)
		}
		return err
	})
	if err != nil {
		return n, err
	}
	return n, n.check(where)
}

// readOverload refuses a node that picks one of several functions of the model
// with the same name.
func readOverload(f field) error {
	var overload string
	err := f.text(&overload)
	if err == nil && overload != "" {
		err = unsupported(f.where, "calls overload %q of a function, which is not supported", overload)
	}
	return err
}

func (n *Node) check(where string) error {
	if n.OpType == "" {
		return invalid(where, "node %q has no operator", n.Name)
	}
	makes := false
	for _, name := range n.Outputs {
		makes = makes || name != ""
	}
	if !makes {
		return invalid(where, "node %q (%s) has no output", n.Name, n.OpType)
	}
	seen := make(map[string]bool, len(n.Attributes))
	for _, a := range n.Attributes {
		if seen[a.Name] {
			return invalid(where, "node %q (%s) has two attributes %q", n.Name, n.OpType, a.Name)
		}
		seen[a.Name] = true
	}
	return nil
}

// canonical returns the one name of an operator set's domain: ONNX's own has
// two.
func canonical(name string) string {
	if name == "ai.onnx" {
		return ""
	}
	return name
}
