package deploy

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"
	"sigs.k8s.io/yaml"
)

const (
	kserveGroup  = "serving.kserve.io"
	kserveModule = "github.com/kserve/kserve@v0.17.0"
)

// servingRuntime is what Portent's tests look at in a ClusterServingRuntime. KServe's
// own Go types bring half of the world of Kubernetes with them.
type servingRuntime struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata"`
	Spec            struct {
		Containers       []core.Container `json:"containers"`
		ProtocolVersions []string         `json:"protocolVersions"`
	} `json:"spec"`
}

// inferenceService is the same for an InferenceService.
type inferenceService struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata"`
	Spec            struct {
		Predictor struct {
			Model struct {
				Runtime         string               `json:"runtime"`
				ProtocolVersion string               `json:"protocolVersion"`
				Ports           []core.ContainerPort `json:"ports"`
			} `json:"model"`
		} `json:"predictor"`
	} `json:"spec"`
}

func (r *servingRuntime) DeepCopyObject() runtime.Object { made := *r; return &made }

func (s *inferenceService) DeepCopyObject() runtime.Object { made := *s; return &made }

// kserveObject reads one of KServe's objects.
func kserveObject(document []byte) (runtime.Object, error) {
	var kind meta.TypeMeta
	if err := yaml.Unmarshal(document, &kind); err != nil {
		return nil, err
	}
	var object runtime.Object
	switch kind.APIVersion + " " + kind.Kind {
	case kserveGroup + "/v1alpha1 ClusterServingRuntime":
		object = &servingRuntime{}
	case kserveGroup + "/v1beta1 InferenceService":
		object = &inferenceService{}
	default:
		return nil, fmt.Errorf("%s %s is known to nobody", kind.APIVersion, kind.Kind)
	}
	return object, yaml.Unmarshal(document, object)
}

// TestKServeTakesTheManifests: they are as the definitions say that KServe of this
// version brings to a cluster, with no field beside those.
func TestKServeTakesTheManifests(t *testing.T) {
	definitions := filepath.Join(download(t, kserveModule), "config", "crd", "full")
	texts := render(t)
	check := func(text []byte, file, version string) {
		schema := schemaOf(t, filepath.Join(definitions, file), version)
		for _, document := range documents(t, text) {
			var value any
			if err := yaml.Unmarshal(document, &value); err != nil {
				t.Fatal(err)
			}
			result := validate.NewSchemaValidator(schema, nil, "", strfmt.Default).Validate(value)
			for _, err := range result.Errors {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	check(texts[kserve], kserveGroup+"_clusterservingruntimes.yaml", "v1alpha1")
	check(texts[example], kserveGroup+"_inferenceservices.yaml", "v1beta1")
}

// download returns the folder of a module's files.
func download(t *testing.T, module string) string {
	t.Helper()
	out, err := exec.Command("go", "mod", "download", "-json", module).Output()
	var answer struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &answer); err != nil || jsonErr != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s: %v %s", module, err, answer.Error)
		}
		t.Skipf("SKIPPED: %s cannot be had: %v %s", module, err, answer.Error)
	}
	return answer.Dir
}

// schemaOf returns the schema of a version in a custom resource's definition, made
// strict: Kubernetes drops a field that is in no schema, and here it is an error.
func schemaOf(t *testing.T, file, version string) *spec.Schema {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var definition struct {
		Spec struct {
			Versions []struct {
				Name   string
				Schema struct{ OpenAPIV3Schema map[string]any }
			}
		}
	}
	if err := yaml.Unmarshal(text, &definition); err != nil {
		t.Fatal(err)
	}
	for _, v := range definition.Spec.Versions {
		if v.Name != version {
			continue
		}
		properties := v.Schema.OpenAPIV3Schema["properties"].(map[string]any)
		properties["metadata"].(map[string]any)["x-kubernetes-preserve-unknown-fields"] = true
		closeObjects(v.Schema.OpenAPIV3Schema)
		text, err := json.Marshal(v.Schema.OpenAPIV3Schema)
		if err != nil {
			t.Fatal(err)
		}
		schema := new(spec.Schema)
		if err := json.Unmarshal(text, schema); err != nil {
			t.Fatal(err)
		}
		return schema
	}
	t.Fatalf("%s has no version %s", file, version)
	return nil
}

// closeObjects allows no properties beside those that a schema names.
func closeObjects(schema map[string]any) {
	if _, named := schema["properties"]; named && schema["x-kubernetes-preserve-unknown-fields"] != true {
		schema["additionalProperties"] = false
	}
	for _, value := range schema {
		if inner, ok := value.(map[string]any); ok {
			closeObjects(inner)
		}
	}
}

// TestTheExampleFitsTheRuntime: an InferenceService asks for what the runtime speaks,
// and gRPC for the port that it listens on.
func TestTheExampleFitsTheRuntime(t *testing.T) {
	texts := render(t)
	r := find[*servingRuntime](t, parse(t, kserve, texts[kserve]))
	spoken := map[string]bool{}
	for _, s := range all[*inferenceService](parse(t, example, texts[example])) {
		model := s.Spec.Predictor.Model
		spoken[model.ProtocolVersion] = true
		if model.Runtime != r.Name {
			t.Errorf("%s asks for the runtime %q", s.Name, model.Runtime)
		}
		if model.ProtocolVersion == "grpc-v2" && (len(model.Ports) != 1 || fmt.Sprint(model.Ports[0].ContainerPort) != portOf(t, r.Spec.Containers[0], "--grpc-addr", "8001")) {
			t.Errorf("%s: ports %+v", s.Name, model.Ports)
		}
	}
	for _, version := range r.Spec.ProtocolVersions {
		if !spoken[version] {
			t.Errorf("no example speaks %s", version)
		}
	}
	if len(r.Spec.ProtocolVersions) != 2 {
		t.Errorf("%q", r.Spec.ProtocolVersions)
	}
}
