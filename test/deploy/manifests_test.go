package deploy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const (
	folder  = "../../deploy"
	base    = "kubernetes/base"
	own     = "kubernetes/own-model"
	kserve  = "kserve"
	example = "kserve/inferenceservice.yaml"
)

// decoder takes the kinds of objects that are used here, and no field that they do
// not have, nor one that is given twice.
func decoder(t *testing.T) *json.Serializer {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		apps.AddToScheme, autoscaling.AddToScheme, core.AddToScheme, networking.AddToScheme, policy.AddToScheme,
		monitoring.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	return json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{Yaml: true, Strict: true})
}

// parse returns the objects of a YAML file. KServe's are read as far as they are
// looked at here; TestKServeTakesTheManifests looks at all of their fields.
func parse(t *testing.T, name string, text []byte) (objects []runtime.Object) {
	t.Helper()
	d := decoder(t)
	for _, document := range documents(t, text) {
		object, _, err := d.Decode(document, nil, nil)
		if runtime.IsNotRegisteredError(err) {
			object, err = kserveObject(document)
		}
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, document)
		}
		objects = append(objects, object)
	}
	return objects
}

// documents cuts a YAML file at its dividing lines.
func documents(t *testing.T, text []byte) (list [][]byte) {
	t.Helper()
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(bytes.TrimSpace(document)) > 0 {
			list = append(list, document)
		}
	}
}

// build returns what kustomize makes of a folder.
func build(t *testing.T, fsys filesys.FileSystem, path string) []byte {
	t.Helper()
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(fsys, path)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	text, err := made.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// render returns what is applied to a cluster, by the name of what it is made from:
// each folder as it is and with the component for monitoring, and the example.
func render(t *testing.T) map[string][]byte {
	t.Helper()
	texts := map[string][]byte{}
	for _, path := range []string{base, own, kserve} {
		texts[path] = build(t, filesys.MakeFsOnDisk(), filepath.Join(folder, path))
	}
	for _, path := range []string{base, own} {
		texts[path+" and monitoring"] = build(t, filesys.MakeFsOnDisk(), monitored(t, path))
	}
	text, err := os.ReadFile(filepath.Join(folder, example))
	if err != nil {
		t.Fatal(err)
	}
	texts[example] = text
	return texts
}

// monitored writes a kustomization that adds the component for monitoring to a
// folder, as a user would, and returns where.
func monitored(t *testing.T, path string) string {
	t.Helper()
	directory := t.TempDir()
	if err := os.CopyFS(directory, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	user := filepath.Join(directory, "user")
	text := "resources: [../" + path + "]\ncomponents: [../kubernetes/monitoring]\n"
	if err := errors.Join(os.Mkdir(user, 0o700), os.WriteFile(filepath.Join(user, "kustomization.yaml"), []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	return user
}

// TestManifestsAreWhatTheAPIsTake: every field is one of the API's, spelt and placed
// as there, with a value of its type.
func TestManifestsAreWhatTheAPIsTake(t *testing.T) {
	want := map[string]int{base: 7, own: 7, base + " and monitoring": 9, own + " and monitoring": 9, kserve: 1, example: 2}
	for name, text := range render(t) {
		if objects := parse(t, name, text); len(objects) != want[name] {
			t.Errorf("%s: %d objects, expected %d:\n%s", name, len(objects), want[name], text)
		}
	}
}

// find returns the one object of a type.
func find[T runtime.Object](t *testing.T, objects []runtime.Object) (found T) {
	t.Helper()
	list := all[T](objects)
	if len(list) != 1 {
		t.Fatalf("%d objects %T, expected one", len(list), found)
	}
	return list[0]
}

func all[T runtime.Object](objects []runtime.Object) (list []T) {
	for _, object := range objects {
		if one, ok := object.(T); ok {
			list = append(list, one)
		}
	}
	return list
}
