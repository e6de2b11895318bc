//go:build monitoring

package monitoring

import (
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// TestPromtoolAgrees has promtool check the alerts, their tests, and the metrics of
// a server that has predicted.
func TestPromtoolAgrees(t *testing.T) {
	for _, arguments := range [][]string{{"check", "rules", "alerts.yml"}, {"test", "rules", "alerts_test.yml"}} {
		command := exec.Command("promtool", arguments...)
		command.Dir = "../../deploy/monitoring"
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", arguments, err, out)
		}
	}
	server := startPortent(t)
	server.predict(t)
	response, err := http.Get(server.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command("promtool", "check", "metrics")
	command.Stdin = strings.NewReader(string(text))
	if out, err := command.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}
