package main

import (
	"strings"
	"testing"

	"github.com/portent-go/portent/bench/internal/engine"
)

func TestParse(t *testing.T) {
	s, err := parse([]string{"-quick", "-nets", "resnet*,mlp", "-levels", "networks", "-isa", "avx2,generic"})
	if err != nil {
		t.Fatal(err)
	}
	if !s.quick || !s.has(levelNetworks) || s.has(levelHTTP) || len(s.isas) != 2 {
		t.Errorf("%+v", s)
	}
	for name, want := range map[string]bool{"resnet50": true, "mlp": true, "vgg11": false} {
		if chosen(s.nets, name) != want {
			t.Errorf("%s is chosen: %v, expected %v", name, !want, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct{ argument, want string }{
		{"-levels=everything", "expected networks, layers, http"},
		{"-nets=[", "pattern"},
		{"resnet18", "commas"},
		{"-fast", "-fast"},
	} {
		if _, err := parse([]string{test.argument}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, expected %q", test.argument, err, test.want)
		}
	}
}

func TestSlowPeersRunWhereTheyAreOfInterest(t *testing.T) {
	peers := []engine.Peer{{Name: engine.Reference}, {Name: "portent-avx2"}, {Name: "gomlx"}}
	shipped, network, layer := engine.Subject{Name: shippedName}, engine.Subject{Name: "vgg11"}, engine.Subject{Name: "conv", Layer: true}
	for _, test := range []struct {
		args    []string
		subject engine.Subject
		want    int
	}{
		{nil, network, 3},
		{nil, layer, 2},
		{[]string{"-quick"}, shipped, 3},
		{[]string{"-quick"}, network, 2},
		{[]string{"-quick", "-peers", "*,gomlx"}, layer, 3},
		{[]string{"-peers", "portent*"}, network, 1},
	} {
		s, err := parse(test.args)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.peersOf(test.subject, peers); len(got) != test.want {
			t.Errorf("%v: %d peers on %s, expected %d", test.args, len(got), test.subject.Name, test.want)
		}
	}
}
