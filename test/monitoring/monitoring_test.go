//go:build monitoring

package monitoring

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// panels returns every query of the dashboard, as it is with all its variables at
// "All", by the panel's title.
func panels(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile("../../deploy/monitoring/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(data, &dashboard); err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("$job", ".*", "$instance", ".*", "$model", ".*", "$__rate_interval", "30s")
	queries := make(map[string][]string)
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			queries[panel.Title] = append(queries[panel.Title], fill.Replace(target.Expr))
		}
	}
	if len(queries) < 10 {
		t.Fatalf("the dashboard has %d panels", len(queries))
	}
	return queries
}

// answer is what Prometheus answers to a query.
type answer struct {
	Status, Error string
	Data          struct {
		Result []struct {
			Metric map[string]string
			Value  [2]any
		}
	}
}

func (p *program) query(t *testing.T, expression string) answer {
	t.Helper()
	var a answer
	p.read(t, "/api/v1/query?query="+url.QueryEscape(expression), &a)
	return a
}

// read gets JSON from a path.
func (p *program) read(t *testing.T, path string, to any) {
	t.Helper()
	response, err := http.Get(p.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(to); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// until waits for something that comes to pass in other processes.
func until(t *testing.T, what string, passed func() bool) {
	t.Helper()
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(time.Minute)
	for !passed() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("after a minute there is still no %s", what)
		}
	}
}

// TestPrometheusAnswersTheDashboard has a real Prometheus scrape a running server.
func TestPrometheusAnswersTheDashboard(t *testing.T) {
	server := startPortent(t)
	prometheus := startPrometheus(t, strings.TrimPrefix(server.url, "http://"))
	until(t, "scrape", func() bool {
		up := prometheus.query(t, "up")
		return len(up.Data.Result) == 1 && up.Data.Result[0].Value[1] == "1"
	})
	until(t, "rate of requests", func() bool {
		server.predict(t)
		rate := prometheus.query(t, `sum(rate(portent_requests_total{kind="ok"}[30s])) > 0`)
		return len(rate.Data.Result) == 1
	})
	for title, queries := range panels(t) {
		for _, query := range queries {
			got := prometheus.query(t, query)
			switch {
			case got.Status != "success":
				t.Errorf("panel %s: %s: %s", title, query, got.Error)
			case len(got.Data.Result) == 0:
				t.Errorf("panel %s: %s has no answer", title, query)
			}
		}
	}
	count := prometheus.query(t, `sum(portent_requests_total{kind="ok", transport="http", model!=""})`)
	if len(count.Data.Result) != 1 || count.Data.Result[0].Value[1] == "0" {
		t.Errorf("requests by HTTP: %+v", count)
	}
	checkRules(t, prometheus)
	checkExemplars(t, prometheus, server)
}

// checkRules sees that Prometheus has read and evaluated the alerts, and that a
// server that is well raises none.
func checkRules(t *testing.T, prometheus *program) {
	t.Helper()
	var rules struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, Health, LastError, State string }
			}
		}
	}
	until(t, "evaluation of the alerts", func() bool {
		prometheus.read(t, "/api/v1/rules", &rules)
		return len(rules.Data.Groups) > 0 && rules.Data.Groups[0].Rules[0].Health != "unknown"
	})
	alerts := 0
	for _, group := range rules.Data.Groups {
		for _, rule := range group.Rules {
			alerts++
			if rule.Health != "ok" || rule.State == "firing" {
				t.Errorf("alert %s: %s %s %s", rule.Name, rule.Health, rule.State, rule.LastError)
			}
		}
	}
	if alerts < 10 {
		t.Errorf("%d alerts were read", alerts)
	}
}

// checkExemplars sees that latencies lead to the traces of requests, of which the
// collector has received the spans.
func checkExemplars(t *testing.T, prometheus, server *program) {
	t.Helper()
	var exemplars struct {
		Data []struct {
			Exemplars []struct{ Labels map[string]string }
		}
	}
	query := fmt.Sprintf("/api/v1/query_exemplars?query=portent_request_duration_seconds_bucket&start=%d&end=%d", time.Now().Add(-time.Hour).Unix(), time.Now().Add(time.Minute).Unix())
	until(t, "exemplar", func() bool {
		prometheus.read(t, query, &exemplars)
		return len(exemplars.Data) > 0 && len(exemplars.Data[0].Exemplars) > 0
	})
	trace := exemplars.Data[0].Exemplars[0].Labels["trace_id"]
	until(t, "spans of the exemplar's trace", func() bool { return server.traces.has(trace) })
}
