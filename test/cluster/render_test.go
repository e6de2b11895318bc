package cluster

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

const (
	folder    = "../../deploy"
	base      = "kubernetes/base"
	own       = "kubernetes/own-model"
	runtimes  = "kserve"
	component = "kubernetes/monitoring"
	example   = "kserve/inferenceservice.yaml"
)

// The modules that bring the definitions of the kinds that are not Kubernetes's own,
// and the files in them.
var definitions = map[string][]string{
	"github.com/kserve/kserve@v0.17.0": {
		"config/crd/full/serving.kserve.io_clusterservingruntimes.yaml",
		"config/crd/full/serving.kserve.io_inferenceservices.yaml",
	},
	"github.com/prometheus-operator/prometheus-operator@v0.91.0": {
		"example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
		"example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
	},
}

// object is one of Kubernetes's, as JSON has it.
type object map[string]any

// at returns what is at a path within an object, nil if there is nothing. Numbers
// are indices of lists.
func (o object) at(path ...any) any {
	var value any = map[string]any(o)
	for _, step := range path {
		switch key := step.(type) {
		case string:
			m, _ := value.(map[string]any)
			value = m[key]
		case int:
			list, _ := value.([]any)
			if key >= len(list) {
				return nil
			}
			value = list[key]
		}
	}
	return value
}

func (o object) text(path ...any) string {
	text, _ := o.at(path...).(string)
	return text
}

func (o object) String() string { return o.text("kind") + " " + o.text("metadata", "name") }

// copied returns a copy that shares nothing.
func (o object) copied(t *testing.T) (made object) {
	t.Helper()
	text, err := json.Marshal(o)
	if err == nil {
		err = json.Unmarshal(text, &made)
	}
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// parse returns the objects of a YAML file.
func parse(t *testing.T, text []byte) (list []object) {
	t.Helper()
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return list
		}
		var o object
		if err == nil {
			err = yaml.UnmarshalStrict(document, &o)
		}
		if err != nil {
			t.Fatal(err)
		}
		if o != nil {
			list = append(list, o)
		}
	}
}

// render returns the objects of every kustomization in deploy/, by its folder, and of
// the example. A component stands for itself nowhere: it is added to each of the
// Deployments, as a user would.
func render(t *testing.T) map[string][]object {
	t.Helper()
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	made := map[string][]object{}
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		if at := filepath.Dir(path); err == nil && entry.Name() == "kustomization.yaml" && at != component {
			made[at] = build(t, filepath.Join(root, at))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{base, own} {
		user := filepath.Join(root, "user", at)
		text := "resources: [../../../" + at + "]\ncomponents: [../../../" + component + "]\n"
		if err := errors.Join(os.MkdirAll(user, 0o700), os.WriteFile(filepath.Join(user, "kustomization.yaml"), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
		made[at+" and monitoring"] = build(t, user)
	}
	text, err := os.ReadFile(filepath.Join(root, example))
	if err != nil {
		t.Fatal(err)
	}
	made[example] = parse(t, text)
	return made
}

// build returns what kustomize makes of a folder.
func build(t *testing.T, path string) []object {
	t.Helper()
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), path)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	text, err := made.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, text)
}

// find returns the one object of a kind.
func find(t *testing.T, objects []object, kind string) object {
	t.Helper()
	var found []object
	for _, o := range objects {
		if o.text("kind") == kind {
			found = append(found, o)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d objects of kind %s, expected one", len(found), kind)
	}
	return found[0]
}

// download returns the folder of a module's files.
func download(t *testing.T, module string) string {
	t.Helper()
	out, err := exec.Command("go", "mod", "download", "-json", module).Output()
	var answer struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &answer); err != nil || jsonErr != nil {
		t.Fatalf("%s: %v %s", module, err, answer.Error)
	}
	return answer.Dir
}

// read returns the objects in files of a module.
func read(t *testing.T, directory string, files []string) (list []object) {
	t.Helper()
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(directory, filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, parse(t, text)...)
	}
	return list
}
