package grpcapi_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/grpcapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

func TestMetadata(t *testing.T) {
	_, address := start(t, serving.Single(served(predictortest.NewFake(signature()))), grpcapi.Options{Version: "1.2"})
	c := inferencepb.NewGRPCInferenceServiceClient(dial(t, address))
	server, err := c.ServerMetadata(t.Context(), &inferencepb.ServerMetadataRequest{})
	if err != nil || server.GetName() != "portent" || server.GetVersion() != "1.2" || slices.Contains(server.GetExtensions(), "model_repository") || !slices.Contains(server.GetExtensions(), "statistics") {
		t.Errorf("%v %v", server, err)
	}
	for _, name := range []string{"m", ""} { // the default model
		got, err := c.ModelMetadata(t.Context(), &inferencepb.ModelMetadataRequest{Name: name})
		if err != nil || got.GetName() != "m" || !reflect.DeepEqual(got.GetVersions(), []string{"3"}) || got.GetPlatform() != "fake_fakev1" {
			t.Errorf("%v %v", got, err)
		}
		x, y := got.GetInputs()[0], got.GetOutputs()[0]
		if x.GetName() != "x" || x.GetDatatype() != "FP32" || !reflect.DeepEqual(x.GetShape(), []int64{-1, 4}) || !reflect.DeepEqual(y.GetShape(), []int64{-1, 3}) {
			t.Errorf("%v", got)
		}
	}
	_, err = c.ModelMetadata(t.Context(), &inferencepb.ModelMetadataRequest{Name: "other"})
	expectCode(t, "metadata of another model", err, codes.NotFound)
}

func TestConfiguration(t *testing.T) {
	get := func(signature domain.Signature) *inferencepb.ModelConfig {
		got, err := over(t, predictortest.NewFake(signature)).ModelConfig(t.Context(), &inferencepb.ModelConfigRequest{Name: "m"})
		if err != nil {
			t.Fatal(err)
		}
		return got.GetConfig()
	}
	got := get(signature())
	x, y := got.GetInput()[0], got.GetOutput()[0]
	if got.GetMaxBatchSize() != 256 || got.GetBackend() != "fake" || x.GetDataType() != inferencepb.DataType_TYPE_FP32 || !reflect.DeepEqual(x.GetDims(), []int64{4}) || !reflect.DeepEqual(y.GetDims(), []int64{3}) {
		t.Errorf("%v", got)
	}
	fixed := signature()
	fixed.Outputs[0].Shape = domain.Shape{1, 3}
	if got = get(fixed); got.GetMaxBatchSize() != 0 || !reflect.DeepEqual(got.GetInput()[0].GetDims(), []int64{-1, 4}) {
		t.Errorf("without a batch axis: %v", got)
	}
	var specs []domain.TensorSpec
	for d := domain.BOOL; d.Valid(); d++ {
		specs = append(specs, domain.TensorSpec{Name: d.String(), Datatype: d, Shape: domain.Shape{}})
	}
	for i, in := range get(domain.Signature{Inputs: specs, Outputs: specs}).GetInput() {
		want := "TYPE_" + strings.Replace(specs[i].Name, "BYTES", "STRING", 1)
		if in.GetDataType().String() != want {
			t.Errorf("%s is %v", specs[i].Name, in.GetDataType())
		}
	}
}

func TestReadiness(t *testing.T) {
	repository := serving.Single(served(predictortest.NewFake(signature())))
	_, address := start(t, repository, grpcapi.Options{})
	c := inferencepb.NewGRPCInferenceServiceClient(dial(t, address))
	check := func(want bool) {
		t.Helper()
		live, err := c.ServerLive(t.Context(), &inferencepb.ServerLiveRequest{})
		if err != nil || !live.GetLive() {
			t.Errorf("live: %v %v", live, err)
		}
		ready, err := c.ServerReady(t.Context(), &inferencepb.ServerReadyRequest{})
		if err != nil || ready.GetReady() != want {
			t.Errorf("ready: %v %v, expected %v", ready, err, want)
		}
		for name, want := range map[string]bool{"m": want, "other": false} {
			model, err := c.ModelReady(t.Context(), &inferencepb.ModelReadyRequest{Name: name})
			if err != nil || model.GetReady() != want {
				t.Errorf("%s ready: %v %v, expected %v", name, model, err, want)
			}
		}
	}
	check(true)
	repository.Drain()
	check(false)
	if _, err := c.ModelInfer(t.Context(), typed(1, 2, 3, 4)); err != nil {
		t.Errorf("a request while draining: %v", err)
	}
}

func TestStatistics(t *testing.T) {
	c := over(t, predictortest.NewFake(signature()))
	for _, r := range []*request{typed(1, 2, 3, 4), typed(1, 2, 3, 4, 5, 6, 7, 8), typed(1, 2, 3, 4), {Inputs: nil}} {
		_, _ = c.ModelInfer(t.Context(), r)
	}
	for _, name := range []string{"m", ""} {
		got, err := c.ModelStatistics(t.Context(), &inferencepb.ModelStatisticsRequest{Name: name})
		if err != nil || len(got.GetModelStats()) != 1 {
			t.Fatalf("%v %v", got, err)
		}
		stats := got.GetModelStats()[0]
		took := stats.GetInferenceStats()
		if stats.GetName() != "m" || stats.GetVersion() != "3" || stats.GetInferenceCount() != 4 || stats.GetExecutionCount() != 3 || stats.GetLastInference() == 0 ||
			took.GetSuccess().GetCount() != 3 || took.GetFail().GetCount() != 1 || took.GetComputeInfer().GetNs() == 0 || took.GetComputeInput().GetNs() == 0 || took.GetComputeOutput().GetNs() == 0 {
			t.Errorf("%v", got)
		}
		if batches := stats.GetBatchStats(); len(batches) != 2 || batches[0].GetBatchSize() != 1 || batches[0].GetComputeInfer().GetCount() != 2 || batches[1].GetBatchSize() != 2 {
			t.Errorf("%v", batches)
		}
	}
	_, err := c.ModelStatistics(t.Context(), &inferencepb.ModelStatisticsRequest{Name: "m", Version: "9"})
	expectCode(t, "statistics of another version", err, codes.NotFound)
}
