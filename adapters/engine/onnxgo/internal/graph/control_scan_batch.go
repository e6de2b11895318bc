package graph

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
)

// batchScan is a Scan of opset 8: one for each row of what it carries and scans. An
// input in front of these, the lengths of the rows' sequences, is not supported.
type batchScan struct{ row scan }

func parseBatchScan(n operator.Node) (control, []error) {
	if len(n.Inputs) == 0 || n.Inputs[0] != "" {
		return nil, []error{n.Unsupported("Scan before opset 9 with an input sequence_lens is not supported")}
	}
	later := n
	later.Opset, later.Inputs, later.Attributes = 9, n.Inputs[1:], nil
	for _, a := range n.Attributes {
		if a.Name == "directions" {
			a.Name = "scan_input_directions"
		} else if a.Name != "body" && a.Name != "num_scan_inputs" {
			return nil, unknownAttributes(n, "body", "num_scan_inputs", "directions")
		}
		later.Attributes = append(later.Attributes, a)
	}
	parsed, refused := parseScan(later)
	if len(refused) > 0 {
		return nil, refused
	}
	return batchScan{parsed.(scan)}, nil
}

func (b batchScan) expand(p *program, n operator.Node, outside scope) error {
	inputs := n.Inputs[1:]
	rows := 0
	for i, name := range inputs {
		shape := p.values[name].Shape
		if len(shape) == 0 || shape[0] == 0 || i > 0 && shape[0] != rows {
			return n.Invalid(fmt.Sprintf("its input %d has shape %v, expected as many rows as the others, one at least", i+1, shape))
		}
		rows = shape[0]
	}
	made := make([][]string, len(n.Outputs))
	for row := range rows {
		one := n
		one.Inputs, one.Outputs = make([]string, len(inputs)), make([]string, len(n.Outputs))
		for i, name := range inputs {
			var err error
			if one.Inputs[i], err = p.element(n, name, 0, row); err != nil {
				return err
			}
		}
		for k, name := range n.Outputs {
			if name != "" {
				one.Outputs[k] = fmt.Sprintf("%s\x00row %d", name, row)
				made[k] = append(made[k], one.Outputs[k])
			}
		}
		if err := b.row.expand(p, one, outside); err != nil {
			return err
		}
	}
	for k, name := range n.Outputs {
		if name == "" {
			continue
		}
		if err := p.stackItems(n, made[k], name, 0); err != nil {
			return err
		}
	}
	return nil
}
