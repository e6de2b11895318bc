package grpcapi

import (
	"context"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
)

// serverName is what the server says that it is.
const serverName = "portent"

// ServerLive says that the server answers.
func (s *Server) ServerLive(context.Context, *inferencepb.ServerLiveRequest) (*inferencepb.ServerLiveResponse, error) {
	return &inferencepb.ServerLiveResponse{Live: true}, nil
}

// ServerReady says whether all models can predict and the server wants work.
func (s *Server) ServerReady(context.Context, *inferencepb.ServerReadyRequest) (*inferencepb.ServerReadyResponse, error) {
	return &inferencepb.ServerReadyResponse{Ready: s.repository.Ready() == nil}, nil
}

// ModelReady says whether a model can predict. One that is not there cannot, which
// is no error: clients ask in order to wait for it.
func (s *Server) ModelReady(_ context.Context, request *inferencepb.ModelReadyRequest) (*inferencepb.ModelReadyResponse, error) {
	return &inferencepb.ModelReadyResponse{Ready: s.modelReady(request.GetName(), request.GetVersion()) == nil}, nil
}

func (s *Server) modelReady(name, version string) error {
	served, release, err := s.repository.Acquire(name, version)
	if err != nil {
		return err
	}
	defer release()
	return served.Model.Ready()
}

// ServerMetadata says what the server is and which extensions it has.
func (s *Server) ServerMetadata(context.Context, *inferencepb.ServerMetadataRequest) (*inferencepb.ServerMetadataResponse, error) {
	extensions := []string{"classification", "model_configuration", "parameters", "statistics"}
	if s.repository.Mutable() {
		extensions = append(extensions, "model_repository")
	}
	return &inferencepb.ServerMetadataResponse{Name: serverName, Version: s.options.Version, Extensions: extensions}, nil
}

// ModelMetadata says what a model takes and gives.
func (s *Server) ModelMetadata(_ context.Context, request *inferencepb.ModelMetadataRequest) (*inferencepb.ModelMetadataResponse, error) {
	served, release, err := s.repository.Acquire(request.GetName(), request.GetVersion())
	if err != nil {
		return nil, err
	}
	defer release()
	signature := served.Model.Signature()
	return &inferencepb.ModelMetadataResponse{
		Name: served.Name, Versions: s.repository.Versions(served.Name), Platform: served.Model.Metadata().Platform,
		Inputs: metadataOf(signature.Inputs), Outputs: metadataOf(signature.Outputs),
	}, nil
}

func metadataOf(specs []domain.TensorSpec) []*inferencepb.ModelMetadataResponse_TensorMetadata {
	tensors := make([]*inferencepb.ModelMetadataResponse_TensorMetadata, len(specs))
	for i, spec := range specs {
		tensors[i] = &inferencepb.ModelMetadataResponse_TensorMetadata{Name: spec.Name, Datatype: spec.Datatype.String(), Shape: wide(spec.Shape)}
	}
	return tensors
}

// wide returns a shape as messages have it.
func wide(shape domain.Shape) []int64 {
	wide := make([]int64, len(shape))
	for i, n := range shape {
		wide[i] = int64(n)
	}
	return wide
}
