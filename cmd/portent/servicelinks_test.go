package main

import (
	"strings"
	"testing"
)

func TestServicesAreNoSettings(t *testing.T) {
	links := []string{
		"PORTENT_SERVICE_HOST=10.0.0.1", "PORTENT_SERVICE_PORT=8000", "PORTENT_SERVICE_PORT_HTTP=8000", "PORTENT_PORT=tcp://10.0.0.1:8000",
		"PORTENT_PORT_8000_TCP=tcp://10.0.0.1:8000", "PORTENT_PORT_8000_TCP_PROTO=tcp", "PORTENT_PORT_8000_TCP_PORT=8000", "PORTENT_PORT_8000_TCP_ADDR=10.0.0.1",
		"PORTENT_CATS_SERVICE_HOST=10.0.0.2", "PORTENT_CATS_PORT=tcp://10.0.0.2:80",
	}
	model := []string{"PORTENT_MODEL=" + modelFolder}
	if got := portent(t, append(model, links...), nil, "verify"); got.err != nil {
		t.Errorf("beside Services: %v", got.err)
	}
	for _, other := range []string{"PORTENT_PORTS=1", "PORTENT_SERVICE=x", "PORTENT_DOGS_PORT=tcp://10.0.0.3:80", "PORTENT_MODELL=x"} {
		name, _, _ := strings.Cut(other, "=")
		if got := portent(t, append(links, other), nil, "verify"); got.err == nil || !strings.Contains(got.stderr, name+": is not a setting") {
			t.Errorf("%s beside Services: %v", other, got.err)
		}
	}
	if got := portent(t, []string{"PORTENT_PORT=8000"}, nil, "verify"); got.err == nil {
		t.Error("PORTENT_PORT is taken for a setting without a Service of that name")
	}
}
