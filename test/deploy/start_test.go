package deploy

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"text/template"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/model"
	"github.com/portent-go/portent/test/servertest"
)

const network = "../../model/model.onnx"

// stop ends it as the kubelet does, and predicts once more on a new connection, as
// who has not noticed yet does.
func stop(t *testing.T, s *servertest.Server, model string) {
	t.Helper()
	s.Terminate(t)
	http.DefaultClient.CloseIdleConnections()
	for status := http.StatusOK; status != http.StatusServiceUnavailable; {
		response, err := http.Get(s.URL + "/v2/health/ready")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		status = response.StatusCode
	}
	infers(t, s.URL+"/v2/models/"+model+"/infer")
	infersOverGRPC(t, s.GRPC, model, false)
	s.EndsWell(t)
}

// filledIn returns a runtime's container for an InferenceService: KServe takes the
// container for a template, which is given the InferenceService's metadata.
func filledIn(t *testing.T, c core.Container, service meta.ObjectMeta) (filled core.Container) {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	made, err := template.New("container").Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := made.Execute(&out, service); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &filled); err != nil {
		t.Fatal(err)
	}
	return filled
}

// TestKServeStartsIt starts Portent as KServe does for an InferenceService whose
// storage holds one .onnx file, and asks what KServe and its clients ask.
func TestKServeStartsIt(t *testing.T) {
	const name = "cats-and-dogs"
	found := find[*servingRuntime](t, parse(t, kserve, render(t)[kserve])).Spec.Containers[0]
	c := filledIn(t, found, meta.ObjectMeta{Name: name, Namespace: "default"})
	s := servertest.Start(t, container(t, c, network))
	defer stop(t, s, name)
	inJail(t, s.Command)
	for _, path := range []string{c.ReadinessProbe.HTTPGet.Path, "/v2/health/live", "/v2/models/" + name + "/ready"} {
		ask(t, s.URL+path)
	}
	infers(t, s.URL+"/v2/models/"+name+"/infer")
	infersOverGRPC(t, s.GRPC, name, true)
}

// TestTheDeploymentStartsIt does the same for the Deployment.
func TestTheDeploymentStartsIt(t *testing.T) {
	const name = "cifar10-resnet20"
	c := find[*apps.Deployment](t, parse(t, base, render(t)[base])).Spec.Template.Spec.Containers[0]
	s := servertest.Start(t, container(t, c, network))
	defer stop(t, s, name)
	inJail(t, s.Command)
	for _, probe := range []*core.Probe{c.StartupProbe, c.ReadinessProbe, c.LivenessProbe} {
		ask(t, s.URL+probe.HTTPGet.Path)
	}
	infers(t, s.URL+"/v2/models/"+name+"/infer")
	infersOverGRPC(t, s.GRPC, name, true)
	exports(t, s.URL)
}

func ask(t *testing.T, url string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("%s: %s %s %v", url, response.Status, body, err)
	}
}

// vector returns the input and the output of the model's first test vector.
func vector(t *testing.T) (input, output []float32) {
	t.Helper()
	f, err := model.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	input, okInput := domain.Data[float32](f.Vectors[0].Inputs[0])
	output, okOutput := domain.Data[float32](f.Vectors[0].Outputs[0])
	if !okInput || !okOutput {
		t.Fatal("the vector is not of float32")
	}
	return input, output
}

func expect(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, expected %d", what, len(got), len(want))
	}
	for i := range want {
		if difference := got[i] - want[i]; difference > 1e-4 || difference < -1e-4 {
			t.Errorf("%s: number %d is %v, expected %v", what, i, got[i], want[i])
		}
	}
}

func infers(t *testing.T, url string) {
	t.Helper()
	input, want := vector(t)
	request, err := json.Marshal(map[string]any{"inputs": []any{map[string]any{"name": "pixel_values", "datatype": "FP32", "shape": []int{1, 3, 32, 32}, "data": input}}})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(url, "application/json", bytes.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Outputs []struct{ Data []float32 }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK || len(answer.Outputs) != 1 {
		t.Fatalf("%s: %s %+v %v", url, response.Status, answer, err)
	}
	expect(t, url, answer.Outputs[0].Data, want)
}

func infersOverGRPC(t *testing.T, address, name string, ready bool) {
	t.Helper()
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	client := inferencepb.NewGRPCInferenceServiceClient(connection)
	is, err := client.ModelReady(t.Context(), &inferencepb.ModelReadyRequest{Name: name})
	if err != nil || is.GetReady() != ready {
		t.Fatalf("gRPC: ready %v, %v", is.GetReady(), err)
	}
	input, want := vector(t)
	answer, err := client.ModelInfer(t.Context(), &inferencepb.ModelInferRequest{ModelName: name, Inputs: []*inferencepb.ModelInferRequest_InferInputTensor{{
		Name: "pixel_values", Datatype: "FP32", Shape: []int64{1, 3, 32, 32}, Contents: &inferencepb.InferTensorContents{Fp32Contents: input},
	}}})
	if err != nil || len(answer.GetOutputs()) != 1 {
		t.Fatalf("gRPC: %v, %v", answer, err)
	}
	got := answer.GetOutputs()[0].GetContents().GetFp32Contents()
	expect(t, "gRPC", got, want)
}
