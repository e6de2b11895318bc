package cluster

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What docs/operations.md tells operators to type.
const (
	operations = "docs/operations.md"
	undo       = "kubectl rollout undo deployment/portent"
	status     = "kubectl rollout status deployment/portent"
)

// rolloutsAreUndone: the commands about rollouts, as docs/operations.md has them, are
// about the Deployment that the manifests make. What a cluster's controller would write
// is written by hand: a ReplicaSet for each of two versions, and that the pods are there.
func rolloutsAreUndone(t *testing.T, s *server, rendered map[string][]object) {
	text, err := os.ReadFile(filepath.Join(root, operations))
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{undo, status} {
		if !strings.Contains(string(text), "`"+command+"`") {
			t.Errorf("%s does not say %s", operations, command)
		}
	}
	const namespace = "rollouts"
	sh := s.shell(t, namespace)
	taken(t, "the account", s.apply(t, find(t, rendered[base], "ServiceAccount"), namespace, forGood))
	deployment := find(t, rendered[base], "Deployment").copied(t)
	images := []string{"portent:good", "portent:bad"}
	for i, image := range images {
		deployment.at("spec", "template", "spec", "containers", 0).(map[string]any)["image"] = image
		stored := s.store(t, "the Deployment", deployment, namespace)
		taken(t, "its ReplicaSet", s.apply(t, replicaSet(stored, i+1), namespace, forGood))
	}
	each(t, sh.run(t, undo), 1, " rolled back")
	of, _ := s.pathOf(t, deployment, namespace)
	stored := s.call(t, http.MethodGet, of, "", nil).object(t)
	if image := stored.at("spec", "template", "spec", "containers", 0, "image"); image != images[0] {
		t.Errorf("undone, the image is %v, expected %s", image, images[0])
	}
	replicas := stored.at("spec", "replicas")
	taken(t, "its status", s.call(t, http.MethodPatch, of+"/status", "application/merge-patch+json", object{"status": map[string]any{
		"observedGeneration": stored.at("metadata", "generation"), "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas,
	}}))
	if lines := sh.run(t, status); !slices.Contains(lines, `deployment "portent" successfully rolled out`) {
		t.Errorf("%s: %q", status, lines)
	}
}

// replicaSet returns the ReplicaSet that a controller makes of a Deployment's version.
func replicaSet(deployment object, revision int) object {
	number, name := strconv.Itoa(revision), deployment.text("metadata", "name")
	return object{
		"apiVersion": "apps/v1", "kind": "ReplicaSet",
		"metadata": map[string]any{
			"name": name + "-" + number, "labels": deployment.at("spec", "template", "metadata", "labels"),
			"annotations": map[string]any{"deployment.kubernetes.io/revision": number},
			"ownerReferences": []any{map[string]any{
				"apiVersion": "apps/v1", "kind": "Deployment", "name": name, "uid": deployment.text("metadata", "uid"), "controller": true,
			}},
		},
		"spec": map[string]any{"replicas": 0, "selector": deployment.at("spec", "selector"), "template": deployment.at("spec", "template")},
	}
}
