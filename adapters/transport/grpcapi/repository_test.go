package grpcapi_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/grpcapi"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// shelf is a loader of fakes.
type shelf struct{}

func (shelf) Scan(context.Context) (map[string][]string, error) {
	return map[string][]string{"a": {"1", "2"}, "b": {"1"}, "broken": {"1"}}, nil
}

func (shelf) Load(_ context.Context, name, version string) (*serving.Served, error) {
	if name == "broken" {
		return nil, errors.New("the secret cause")
	}
	one := served(predictortest.NewFake(signature()))
	one.Name, one.Version = name, version
	return one, nil
}

func TestRepository(t *testing.T) {
	repository := serving.NewRepository(shelf{})
	_, address := start(t, repository, grpcapi.Options{})
	c := inferencepb.NewGRPCInferenceServiceClient(dial(t, address))
	index := func(ready bool) (lines []string) {
		t.Helper()
		got, err := c.RepositoryIndex(t.Context(), &inferencepb.RepositoryIndexRequest{Ready: ready})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range got.GetModels() {
			lines = append(lines, fmt.Sprint(m.GetName(), " ", m.GetVersion(), " ", m.GetState()))
		}
		return lines
	}
	expectLines := func(ready bool, want ...string) {
		t.Helper()
		if got := index(ready); !slices.Equal(got, want) {
			t.Errorf("%q, expected %q", got, want)
		}
	}
	expectLines(false, "a 1 UNAVAILABLE", "a 2 UNAVAILABLE", "b 1 UNAVAILABLE", "broken 1 UNAVAILABLE")
	loaded, err := c.RepositoryModelLoad(t.Context(), &inferencepb.RepositoryModelLoadRequest{ModelName: "a"})
	if err != nil || loaded.GetModelName() != "a" || !loaded.GetIsLoaded() {
		t.Errorf("%v %v", loaded, err)
	}
	// KServe's clients have the model's name in the first field.
	if loaded, err = c.RepositoryModelLoad(t.Context(), &inferencepb.RepositoryModelLoadRequest{RepositoryName: "b"}); err != nil || loaded.GetModelName() != "b" {
		t.Errorf("%v %v", loaded, err)
	}
	expectLines(true, "a 1 READY", "a 2 READY", "b 1 READY")
	metadata, err := c.ModelMetadata(t.Context(), &inferencepb.ModelMetadataRequest{Name: "a", Version: "1"})
	if err != nil || !slices.Equal(metadata.GetVersions(), []string{"1", "2"}) {
		t.Errorf("%v %v", metadata, err)
	}
	r := typed(1, 2, 3, 4)
	r.ModelName = "a"
	if got, err := c.ModelInfer(t.Context(), r); err != nil || got.GetModelVersion() != "2" {
		t.Errorf("%v %v", got, err)
	}
	if stats, err := c.ModelStatistics(t.Context(), &inferencepb.ModelStatisticsRequest{}); err != nil || len(stats.GetModelStats()) != 3 {
		t.Errorf("%v %v", stats, err)
	}
	unloaded, err := c.RepositoryModelUnload(t.Context(), &inferencepb.RepositoryModelUnloadRequest{ModelName: "a", Parameters: map[string]*inferencepb.ModelRepositoryParameter{"unload_dependents": {}}})
	if err != nil || unloaded.GetModelName() != "a" || !unloaded.GetIsUnloaded() {
		t.Errorf("%v %v", unloaded, err)
	}
	expectLines(true, "b 1 READY")
	_, err = c.ModelInfer(t.Context(), r)
	expectCode(t, "an unloaded model", err, codes.NotFound)
}

func TestRepositoryRefuses(t *testing.T) {
	_, address := start(t, serving.NewRepository(shelf{}), grpcapi.Options{})
	c := inferencepb.NewGRPCInferenceServiceClient(dial(t, address))
	for what, test := range map[string]struct {
		request *inferencepb.RepositoryModelLoadRequest
		code    codes.Code
	}{
		"no name":            {&inferencepb.RepositoryModelLoadRequest{}, codes.InvalidArgument},
		"another repository": {&inferencepb.RepositoryModelLoadRequest{RepositoryName: "r", ModelName: "a"}, codes.NotFound},
		"an unknown model":   {&inferencepb.RepositoryModelLoadRequest{ModelName: "z"}, codes.NotFound},
		"a configuration":    {&inferencepb.RepositoryModelLoadRequest{ModelName: "a", Parameters: map[string]*inferencepb.ModelRepositoryParameter{"config": {}}}, codes.Unimplemented},
	} {
		_, err := c.RepositoryModelLoad(t.Context(), test.request)
		expectCode(t, "loading: "+what, err, test.code)
		_, err = c.RepositoryModelUnload(t.Context(), &inferencepb.RepositoryModelUnloadRequest{
			RepositoryName: test.request.GetRepositoryName(), ModelName: test.request.GetModelName(), Parameters: test.request.GetParameters(),
		})
		expectCode(t, "unloading: "+what, err, test.code)
	}
	_, err := c.RepositoryModelLoad(t.Context(), &inferencepb.RepositoryModelLoadRequest{ModelName: "broken"})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a model that cannot be opened: %v", err)
	}
	_, err = c.RepositoryIndex(t.Context(), &inferencepb.RepositoryIndexRequest{RepositoryName: "r"})
	expectCode(t, "another repository's index", err, codes.NotFound)
	single := over(t, predictortest.NewFake(signature()))
	_, err = single.RepositoryModelLoad(t.Context(), &inferencepb.RepositoryModelLoadRequest{ModelName: "m"})
	expectCode(t, "loading where nothing changes", err, codes.Unimplemented)
}
