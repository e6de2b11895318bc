package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

func TestInspectShowsAModel(t *testing.T) {
	r := portent(t, nil, nil, "inspect", "--plan", modelFolder)
	if r.err != nil {
		t.Fatal(r.err)
	}
	for _, said := range []string{"271,696 parameters", "40,813,184 multiply-adds", "pixel_values FP32 [-1,3,32,32]", "Conv ", "Winograd", "It can be run."} {
		if !strings.Contains(r.stdout, said) {
			t.Errorf("%q is not in:\n%s", said, r.stdout)
		}
	}
	r = portent(t, nil, nil, "inspect", "--output", "json")
	var i inspection
	if err := json.Unmarshal([]byte(r.stdout), &i); r.err != nil || err != nil || !i.Runs || i.Parameters != 271_696 || len(i.Plan) != 0 {
		t.Errorf("%v, %v, %+v", r.err, err, i)
	}
}

func TestInspectSaysWhyAModelCannotBeRun(t *testing.T) {
	list := func(names ...string) []string { return names }
	m := onnxtest.NewModel(17).Input("x", domain.FP32, domain.Shape{1}).Output("y", domain.FP32, domain.Shape{1}).
		Node("Nonesuch", list("x"), list("a")).Node("Neither", list("x"), list("b")).Node("Add", list("a", "b"), list("c")).Node("Never", list("c"), list("y"))
	file := filepath.Join(t.TempDir(), "m.onnx")
	if err := os.WriteFile(file, m.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	r := portent(t, nil, nil, "inspect", file)
	if r.err == nil || statusOf(r.err) != 2 || r.stderr != "" {
		t.Errorf("%v, status %d, %q", r.err, statusOf(r.err), r.stderr)
	}
	for _, said := range []string{"for 3 reasons", `node "a" (Nonesuch): operator Nonesuch of opset 17 is not supported`, `node "b" (Neither)`, `node "y" (Never)`} {
		if !strings.Contains(r.stdout, said) {
			t.Errorf("%q is not in:\n%s", said, r.stdout)
		}
	}
	if err := os.WriteFile(file, []byte("not a model"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := portent(t, nil, nil, "inspect", file); statusOf(r.err) != 1 || !strings.Contains(r.stderr, "cannot be inspected") {
		t.Errorf("%v: %s", r.err, r.stderr)
	}
	if r := portent(t, nil, nil, "inspect", "--output", "xml"); r.err == nil || !strings.Contains(r.stderr, "table or json") {
		t.Errorf("%v: %s", r.err, r.stderr)
	}
}
