package grpcapi

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/internal/protocol"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// RepositoryIndex lists the models that there are, or only those that can predict.
func (s *Server) RepositoryIndex(ctx context.Context, request *inferencepb.RepositoryIndexRequest) (*inferencepb.RepositoryIndexResponse, error) {
	if name := request.GetRepositoryName(); name != "" {
		return nil, noSuchRepository(name)
	}
	index, err := s.repository.Index(ctx)
	if err != nil {
		return nil, err
	}
	response := new(inferencepb.RepositoryIndexResponse)
	for _, status := range index {
		if request.GetReady() && status.State != serving.Ready {
			continue
		}
		response.Models = append(response.Models, &inferencepb.RepositoryIndexResponse_ModelIndex{
			Name: status.Name, Version: status.Version, State: protocol.States[status.State], Reason: protocol.Shortened(status.Reason, longestMessage),
		})
	}
	return response, nil
}

func noSuchRepository(name string) error {
	return &domain.Error{
		Kind: domain.NotFound, Field: "repository " + protocol.Shortened(name, longestDetail), Msg: "is not known here: the server has one repository, which has no name",
		Hint: "leave the repository's name away",
	}
}

// RepositoryModelLoad loads a model, or loads it anew.
func (s *Server) RepositoryModelLoad(ctx context.Context, request *inferencepb.RepositoryModelLoadRequest) (*inferencepb.RepositoryModelLoadResponse, error) {
	name, err := modelOf(request.GetRepositoryName(), request.GetModelName())
	if err != nil {
		return nil, err
	}
	for _, parameter := range slices.Sorted(maps.Keys(request.GetParameters())) {
		return nil, unknownParameter(parameter, "a model is loaded as its folder has it")
	}
	if err := s.repository.Load(ctx, name); err != nil {
		return nil, err
	}
	return &inferencepb.RepositoryModelLoadResponse{ModelName: name, IsLoaded: true}, nil
}

// RepositoryModelUnload unloads a model. Clients of Triton say whether models that
// depend on it are to be unloaded too, of which there are none.
func (s *Server) RepositoryModelUnload(ctx context.Context, request *inferencepb.RepositoryModelUnloadRequest) (*inferencepb.RepositoryModelUnloadResponse, error) {
	name, err := modelOf(request.GetRepositoryName(), request.GetModelName())
	if err != nil {
		return nil, err
	}
	for _, parameter := range slices.Sorted(maps.Keys(request.GetParameters())) {
		if parameter != "unload_dependents" {
			return nil, unknownParameter(parameter, "only unload_dependents is known")
		}
	}
	if err := s.repository.Unload(ctx, name); err != nil {
		return nil, err
	}
	return &inferencepb.RepositoryModelUnloadResponse{ModelName: name, IsUnloaded: true}, nil
}

// modelOf returns the model that a request to load or unload is about. KServe's
// clients put its name where others name the repository.
func modelOf(repository, model string) (string, error) {
	switch {
	case model == "" && repository == "":
		return "", &domain.Error{Kind: domain.Invalid, Field: "model_name", Msg: "is empty", Expected: "the name of a model"}
	case model == "":
		return repository, nil
	case repository != "":
		return "", noSuchRepository(repository)
	default:
		return model, nil
	}
}

func unknownParameter(name, why string) error {
	return &domain.Error{Kind: domain.Unsupported, Field: fmt.Sprintf("parameters[%q]", protocol.Shortened(name, longestDetail)), Msg: "is not supported: " + why}
}
