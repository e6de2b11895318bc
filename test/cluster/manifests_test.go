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
		{"PodsAreRestricted", podsAreRestricted},
		{"WhatIsWrongIsRefused", wrongIsRefused},
		{"TheAutoscalerHasTheReplicas", autoscalerHasReplicas},
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
			taken(t, what, s.apply(t, o, namespace, forGood))
			path, _ := s.pathOf(t, o, namespace)
			stored := s.call(t, http.MethodGet, path, "", nil).object(t)
			for _, difference := range missing("", map[string]any(o), map[string]any(stored)) {
				t.Errorf("%s: %s", what, difference)
			}
			taken(t, what, s.apply(t, o, namespace, forGood))
			again := s.call(t, http.MethodGet, path, "", nil).object(t)
			if version := []any{"metadata", "resourceVersion"}; again.text(version...) != stored.text(version...) {
				t.Errorf("%s: applied once more it has changed", what)
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

// podOf returns a pod as a Deployment makes it.
func podOf(t *testing.T, deployment object) object {
	t.Helper()
	template := deployment.copied(t).at("spec", "template").(map[string]any)
	template["apiVersion"], template["kind"] = "v1", "Pod"
	template["metadata"].(map[string]any)["name"] = "portent-0"
	return template
}

// runtimePod returns a pod with a ServingRuntime's container.
func runtimePod(t *testing.T, runtime object) object {
	t.Helper()
	return object{
		"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "portent-0"},
		"spec": map[string]any{"automountServiceAccountToken": false, "containers": runtime.copied(t).at("spec", "containers")},
	}
}

// podsAreRestricted: pods are admitted where Pod Security enforces its strictest
// profile, and one that may do a little more is not.
func podsAreRestricted(t *testing.T, s *server, rendered map[string][]object) {
	namespace := s.namespace(t, "restricted")
	taken(t, "the account", s.apply(t, find(t, rendered[base], "ServiceAccount"), namespace, forGood))
	pods := map[string]object{
		base:     podOf(t, find(t, rendered[base], "Deployment")),
		own:      podOf(t, find(t, rendered[own], "Deployment")),
		runtimes: runtimePod(t, find(t, rendered[runtimes], "ClusterServingRuntime")),
	}
	account := object{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": map[string]any{"name": "default"}}
	taken(t, "the default account", s.apply(t, account, namespace, forGood)) // a controller makes it in a whole cluster
	for from, pod := range pods {
		got := s.create(t, pod, namespace)
		taken(t, "a pod of "+from, got)
		for _, volume := range listOf(got.object(t).at("spec", "volumes")) {
			if volume["projected"] != nil {
				t.Errorf("a pod of %s has a token mounted: %v", from, volume)
			}
		}
		looser := pod.copied(t)
		looser.at("spec", "containers", 0, "securityContext").(map[string]any)["allowPrivilegeEscalation"] = true
		if got := s.create(t, looser, namespace); got.status != http.StatusForbidden || !strings.Contains(string(got.body), "violates PodSecurity") {
			t.Errorf("a pod of %s that may gain privileges: %d %s", from, got.status, got.body)
		}
	}
}

// listOf returns the maps in a list.
func listOf(value any) (list []map[string]any) {
	items, _ := value.([]any)
	for _, item := range items {
		list = append(list, item.(map[string]any))
	}
	return list
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
		"an end in two ways":              {base, "Deployment", within("lifecycle", "preStop"), "exec", map[string]any{"command": []any{"true"}}, "may not specify more than 1 handler type"},
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
