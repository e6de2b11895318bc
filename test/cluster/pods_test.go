package cluster

import (
	"net/http"
	"strings"
	"testing"
)

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
