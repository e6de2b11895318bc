package cluster

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCluster asks one server everything, since it takes a while to start.
func TestCluster(t *testing.T) {
	s, rendered := start(t), render(t)
	s.define(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *server, map[string][]object)
	}{
		{"ManifestsAreTaken", manifestsAreTaken},
		{"AlertsAreARule", alertsAreARule},
		{"WhatIsAppliedStays", appliedStays},
		{"OneReplacesTheOther", oneReplacesTheOther},
		{"PodsAreRestricted", podsAreRestricted},
		{"WhatIsWrongIsRefused", wrongIsRefused},
		{"TheAutoscalerHasTheReplicas", autoscalerHasReplicas},
		{"KubectlIsTheServers", kubectlIsTheServers},
		{"DocumentsAreDone", documentsAreDone},
		{"RolloutsAreSeenAndUndone", rolloutsAreUndone},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s, rendered) })
	}
}

// manifestsAreTaken: the server would take every object, and warns of none. All
// namespaces' pods must be restricted, of which it would warn.
func manifestsAreTaken(t *testing.T, s *server, rendered map[string][]object) {
	namespace := s.namespace(t, "taken")
	for _, from := range slices.Sorted(maps.Keys(rendered)) {
		t.Logf("%s: %v", from, rendered[from])
		if len(rendered[from]) == 0 {
			t.Errorf("%s is empty", from)
		}
		for _, o := range rendered[from] {
			taken(t, fmt.Sprintf("%s: %v", from, o), s.apply(t, o, namespace, dryRun))
		}
	}
}

// alertsAreARule: the alerts are the specification of a PrometheusRule, as they are.
func alertsAreARule(t *testing.T, s *server, _ map[string][]object) {
	text, err := os.ReadFile(filepath.Join(folder, "monitoring", "alerts.yml"))
	if err != nil {
		t.Fatal(err)
	}
	rule := object{"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": map[string]any{"name": "portent"}, "spec": parse(t, text)[0]}
	taken(t, "the alerts", s.apply(t, rule, s.namespace(t, "alerts"), dryRun))
}

// appliedStays: read back, everything that a manifest says is as it says it, beside
// what the server adds; and applied once more it changes nothing.
func appliedStays(t *testing.T, s *server, rendered map[string][]object) {
	for _, from := range slices.Sorted(maps.Keys(rendered)) {
		namespace := s.namespace(t, "stays-"+strings.NewReplacer("/", "-", ".", "-", " ", "-").Replace(from))
		for _, o := range rendered[from] {
			what := fmt.Sprintf("%s: %v", from, o)
			stored := s.store(t, what, o, namespace)
			path, _ := s.pathOf(t, o, namespace)
			taken(t, what, s.apply(t, o, namespace, forGood))
			again := s.call(t, http.MethodGet, path, "", nil).object(t)
			if version := []any{"metadata", "resourceVersion"}; again.text(version...) != stored.text(version...) {
				t.Errorf("%s: applied once more it has changed", what)
			}
		}
	}
}

// store applies an object for good and returns it as it is stored, which is as the
// manifest says.
func (s *server) store(t *testing.T, what string, o object, namespace string) (stored object) {
	t.Helper()
	taken(t, what, s.apply(t, o, namespace, forGood))
	path, _ := s.pathOf(t, o, namespace)
	stored = s.call(t, http.MethodGet, path, "", nil).object(t)
	for _, difference := range missing("", map[string]any(o), map[string]any(stored)) {
		t.Errorf("%s: %s", what, difference)
	}
	return stored
}

// oneReplacesTheOther: who has begun with one of the kustomizations can go on with
// another, and back, without deleting anything first.
func oneReplacesTheOther(t *testing.T, s *server, rendered map[string][]object) {
	namespace := s.namespace(t, "replaced")
	for _, step := range []struct {
		from    string
		volumes int
		metrics int
	}{{base, 0, 1}, {base + " and monitoring", 0, 2}, {own + " and monitoring", 1, 2}, {base, 0, 1}} {
		for _, o := range rendered[step.from] {
			stored := s.store(t, fmt.Sprintf("%s: %v", step.from, o), o, namespace)
			switch volumes, metrics := listOf(stored.at("spec", "template", "spec", "volumes")), listOf(stored.at("spec", "metrics")); {
			case o.text("kind") == "Deployment" && len(volumes) != step.volumes:
				t.Errorf("%s: volumes %v", step.from, volumes)
			case o.text("kind") == "HorizontalPodAutoscaler" && len(metrics) != step.metrics:
				t.Errorf("%s: metrics %v", step.from, metrics)
			}
		}
	}
}

// missing tells what is said that is not stored so.
func missing(at string, said, stored any) (differences []string) {
	switch said := said.(type) {
	case map[string]any:
		fields, ok := stored.(map[string]any)
		if !ok {
			break
		}
		for name, value := range said {
			differences = append(differences, missing(at+"."+name, value, fields[name])...)
		}
		return differences
	case []any:
		list, ok := stored.([]any)
		if !ok || len(list) != len(said) {
			break
		}
		for i, value := range said {
			differences = append(differences, missing(fmt.Sprintf("%s[%d]", at, i), value, list[i])...)
		}
		return differences
	default:
		if said == stored {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s is said to be %v, and is stored as %v", at, said, stored)}
}

// wrongIsRefused: the server sees what types do not, so that what it takes means
// something.
func wrongIsRefused(t *testing.T, s *server, rendered map[string][]object) {
	namespace := s.namespace(t, "wrong")
	within := func(path ...any) []any { return append([]any{"spec", "template", "spec", "containers", 0}, path...) }
	for name, edit := range map[string]struct {
		from, kind string
		at         []any
		field      string
		value      any
		says       string
	}{
		"a probe of two kinds":            {base, "Deployment", within("livenessProbe"), "tcpSocket", map[string]any{"port": "http"}, "may not specify more than 1 handler type"},
		"a liveness probe that waits":     {base, "Deployment", within("livenessProbe"), "successThreshold", 2, "must be 1"},
		"an end in two ways":              {base, "Deployment", within(), "lifecycle", map[string]any{"preStop": map[string]any{"exec": map[string]any{"command": []any{"true"}}, "sleep": map[string]any{"seconds": 1}}}, "may not specify more than 1 handler type"},
		"a request beyond the limit":      {base, "Deployment", within("resources", "requests"), "memory", "1Ti", "must be less than or equal to memory limit"},
		"a selector of other pods":        {base, "Deployment", []any{"spec", "selector", "matchLabels"}, "app.kubernetes.io/name", "another", "does not match template"},
		"a field with a slip in its name": {base, "Deployment", []any{"spec", "template", "spec"}, "terminationGracePeriodSecond", 40, "field not declared in schema"},
		"fewer at the most":               {base, "HorizontalPodAutoscaler", []any{"spec"}, "maxReplicas", 1, "must be greater than or equal to `minReplicas`"},
		"a budget in two ways":            {base, "PodDisruptionBudget", []any{"spec"}, "minAvailable", 1, "cannot be both set"},
		"a mount of no volume":            {own, "Deployment", within("volumeMounts", 0), "name", "another", "Not found"},
		"an interval that is none":        {base + " and monitoring", "ServiceMonitor", []any{"spec", "endpoints", 0}, "interval", "often", "should match"},
		"a runtime's unknown field":       {runtimes, "ClusterServingRuntime", []any{"spec", "containers", 0}, "arguments", []any{"serve"}, "field not declared in schema"},
	} {
		changed := find(t, rendered[edit.from], edit.kind).copied(t)
		inside, ok := changed.at(edit.at...).(map[string]any)
		if !ok {
			t.Fatalf("%s: there is no %v", name, edit.at)
		}
		inside[edit.field] = edit.value
		if got := s.apply(t, changed, namespace, dryRun); got.status < http.StatusBadRequest || !strings.Contains(string(got.body), edit.says) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

// autoscalerHasReplicas: how many an autoscaler has made them, they stay when the
// manifest is applied again.
func autoscalerHasReplicas(t *testing.T, s *server, rendered map[string][]object) {
	namespace := s.namespace(t, "scaled")
	deployment := find(t, rendered[base], "Deployment")
	taken(t, "the Deployment", s.apply(t, deployment, namespace, forGood))
	path, _ := s.pathOf(t, deployment, namespace)
	const many = 7.0
	taken(t, "its scale", s.call(t, http.MethodPatch, path+"/scale?fieldManager=autoscaler", "application/merge-patch+json", object{"spec": map[string]any{"replicas": many}}))
	taken(t, "the Deployment again", s.apply(t, deployment, namespace, forGood))
	if got := s.call(t, http.MethodGet, path, "", nil).object(t).at("spec", "replicas"); got != many {
		t.Errorf("%v replicas, expected %v", got, many)
	}
}
