package decode_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/decode"
	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

const set = "com.example"

// called is a model that calls what functions define.
func called(functions func(m *onnxtest.Model), attributes ...onnxtest.Attribute) *onnxtest.Model {
	shape := domain.Shape{4}
	m := onnxtest.NewModel(17).Opset(set, 1).Input("x", domain.FP32, shape).Output("y", domain.FP32, shape).
		Node("Relu", list("x"), list("middle")).
		DomainNode(set, "Outer", list("middle"), list("y"), attributes...)
	functions(m)
	return m
}

func TestFunctionsAreInlined(t *testing.T) {
	m := called(func(m *onnxtest.Model) {
		m.Function(set, "Outer", list("a", "unused"), list("b"), list("slope"), onnxtest.NewModel(14).Opset(set, 1).
			DomainNode(set, "Inner", list("a", "a"), list("middle")).
			Node("LeakyRelu", list("middle"), list("leaky"), onnxtest.Reference("alpha", onnxfile.FloatAttribute, "slope")).
			Node("Clip", list("leaky", "unused"), list("b")))
		m.Function(set, "Inner", list("p", "q"), list("r"), nil, onnxtest.NewModel(13).Node("Add", list("p", "q"), list("r")))
	}, onnxtest.Float("slope", 0.5))
	nodes, err := decode.Nodes(read(t, m))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range nodes {
		line := fmt.Sprintf("%s %d %q -> %q", n.OpType, n.Opset, n.Inputs, n.Outputs)
		for _, a := range n.Attributes {
			line += fmt.Sprint(" ", a.Name, "=", a.Float)
		}
		got = append(got, strings.ReplaceAll(line, `\x00`, "."))
	}
	want := []string{
		`Relu 17 ["x"] -> ["middle"]`,
		`Add 13 ["middle" "middle"] -> ["Outer.1.middle"]`,
		`LeakyRelu 14 ["Outer.1.middle"] -> ["Outer.1.leaky"] alpha=0.5`,
		`Clip 14 ["Outer.1.leaky" ""] -> ["y"]`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// An attribute that the call leaves out is left out inside.
func TestAttributesOfFunctionsMayBeLeftOut(t *testing.T) {
	m := called(func(m *onnxtest.Model) {
		m.Function(set, "Outer", list("a"), list("b"), list("slope"), onnxtest.NewModel(14).
			Node("LeakyRelu", list("a"), list("b"), onnxtest.Reference("alpha", onnxfile.FloatAttribute, "slope")))
	})
	nodes, err := decode.Nodes(read(t, m))
	if err != nil || len(nodes) != 2 || len(nodes[1].Attributes) != 0 {
		t.Errorf("%v, %v", nodes, err)
	}
}

func TestFunctionsThatCannotBeInlined(t *testing.T) {
	again := func(opType string, times int) *onnxtest.Model {
		body := onnxtest.NewModel(14).Opset(set, 1)
		from := "a"
		for i := range times {
			to := fmt.Sprint("v", i)
			if i == times-1 {
				to = "b"
			}
			body.DomainNode(set, opType, list(from), list(to))
			from = to
		}
		return body
	}
	for said, functions := range map[string]func(m *onnxtest.Model){
		"more than 32 deep": func(m *onnxtest.Model) {
			m.Function(set, "Outer", list("a"), list("b"), nil, again("Outer", 1))
		},
		"more than the 200000 nodes": func(m *onnxtest.Model) {
			m.Function(set, "Outer", list("a"), list("b"), nil, again("F0", 10))
			for i := range 9 {
				m.Function(set, fmt.Sprint("F", i), list("a"), list("b"), nil, again(fmt.Sprint("F", i+1), 10))
			}
		},
		"its function 0 and 1": func(m *onnxtest.Model) {
			m.Function(set, "Outer", nil, list("b"), nil, again("Relu", 1))
		},
		"imports no version": func(m *onnxtest.Model) {
			m.Function(set, "Outer", list("a"), list("b"), nil, onnxtest.NewModel(14).DomainNode("org.other", "Relu", list("a"), list("b")))
		},
	} {
		if _, err := decode.Nodes(read(t, called(functions))); err == nil || !strings.Contains(err.Error(), said) {
			t.Errorf("%v, expected %q", err, said)
		}
	}
	m := onnxtest.NewModel(14).Input("x", domain.FP32, domain.Shape{1}).Output("y", domain.FP32, domain.Shape{1}).
		Node("LeakyRelu", list("x"), list("y"), onnxtest.Reference("alpha", onnxfile.FloatAttribute, "slope"))
	if _, err := decode.Nodes(read(t, m)); domain.KindOf(err) != domain.Invalid || !strings.Contains(fmt.Sprint(err), "is in none") {
		t.Errorf("a reference outside a function: %v", err)
	}
}
