package graph

import (
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// TestRefusals walks the ways in which a graph can be wrong.
func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Definition)
		kind   domain.Kind
		want   string
	}{
		{"cycle", func(d *Definition) { d.Nodes[0].Inputs[0] = "r1" }, domain.Invalid, `its input "r1" is made by no node before it`},
		{"dangling", func(d *Definition) { d.Nodes[3].Inputs[1] = "nowhere" }, domain.Invalid, `"nowhere"`},
		{"made twice", func(d *Definition) { d.Nodes[3].Outputs[0] = "c1" }, domain.Invalid, `its output "c1" exists already`},
		{"output of nobody", func(d *Definition) { d.Outputs[0].Name = "nothing" }, domain.Invalid, "nothing"},
		{"unknown operator", func(d *Definition) { d.Nodes[2].OpType = "Frobnicate" }, domain.Unsupported, `"r1" (Frobnicate): operator Frobnicate`},
		{"other domain", func(d *Definition) { d.Nodes[2].Domain = "com.example" }, domain.Unsupported, "com.example"},
		{"unknown attribute", func(d *Definition) {
			d.Nodes[2].Attributes = []operator.Attribute{{Name: "speed", Kind: operator.IntAttribute, Int: 9}}
		}, domain.Unsupported, "attribute speed = 9"},
		{"new opset", func(d *Definition) { d.Nodes[2].Opset = 99 }, domain.Unsupported, "opset 99"},
		{"shapes that do not fit", func(d *Definition) { d.Constants["w2"] = d.Constants["w1"] }, domain.Invalid, `node "c2" (Conv)`},
		{"too large", func(d *Definition) { d.Budget = 1000 }, domain.Invalid, "more than the 1000 that are allowed"},
		{"too large together", func(d *Definition) {
			d.Budget = 4000
			d.Constants["long"] = tensorOf(t, domain.Shape{1}, int64(300))
			for _, name := range []string{"k1", "k2", "k3", "k4"} {
				d.Nodes = append(d.Nodes, op("ConstantOfShape", "long", name))
			}
		}, domain.Invalid, `node "k4"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := network(t)
			test.change(&d)
			g, err := New(d)
			if err == nil {
				_, err = g.Compile([]domain.Shape{{2, 3, 5, 5}})
			}
			if err == nil {
				t.Fatal("accepted")
			}
			if domain.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v: %v, expected %v with %s", domain.KindOf(err), err, test.kind, test.want)
			}
		})
	}
}

func TestAllRefusedNodesAreNamedAtOnce(t *testing.T) {
	d := network(t)
	for i, opType := range []string{"First", "Second", "Third"} {
		d.Nodes[i].OpType = opType
	}
	_, err := New(d)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, opType := range []string{"3 operators", "First", "Second", "Third"} {
		if !strings.Contains(err.Error(), opType) {
			t.Errorf("%v does not name %s", err, opType)
		}
	}
}
