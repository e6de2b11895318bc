package grpcapi

import (
	"context"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
)

// configTypes are the datatypes as a configuration has them.
var configTypes = map[domain.Datatype]inferencepb.DataType{
	domain.BOOL:  inferencepb.DataType_TYPE_BOOL,
	domain.UINT8: inferencepb.DataType_TYPE_UINT8, domain.UINT16: inferencepb.DataType_TYPE_UINT16,
	domain.UINT32: inferencepb.DataType_TYPE_UINT32, domain.UINT64: inferencepb.DataType_TYPE_UINT64,
	domain.INT8: inferencepb.DataType_TYPE_INT8, domain.INT16: inferencepb.DataType_TYPE_INT16,
	domain.INT32: inferencepb.DataType_TYPE_INT32, domain.INT64: inferencepb.DataType_TYPE_INT64,
	domain.FP16: inferencepb.DataType_TYPE_FP16, domain.BF16: inferencepb.DataType_TYPE_BF16,
	domain.FP32: inferencepb.DataType_TYPE_FP32, domain.FP64: inferencepb.DataType_TYPE_FP64,
	domain.BYTES: inferencepb.DataType_TYPE_STRING,
}

// ModelConfig says how a model is configured, as far as clients look at it. Where
// the model takes batches, the axes told are those of one row.
func (s *Server) ModelConfig(_ context.Context, request *inferencepb.ModelConfigRequest) (*inferencepb.ModelConfigResponse, error) {
	served, release, err := s.repository.Acquire(request.GetName(), request.GetVersion())
	if err != nil {
		return nil, err
	}
	defer release()
	signature, metadata := served.Model.Signature(), served.Model.Metadata()
	config := &inferencepb.ModelConfig{Name: served.Name, Platform: metadata.Platform, Backend: metadata.Engine}
	skip := 0
	if signature.Batched() {
		config.MaxBatchSize, skip = int32(s.options.MaxBatch), 1
	}
	for _, spec := range signature.Inputs {
		config.Input = append(config.Input, &inferencepb.ModelInput{Name: spec.Name, DataType: configTypes[spec.Datatype], Dims: wide(spec.Shape[skip:])})
	}
	for _, spec := range signature.Outputs {
		config.Output = append(config.Output, &inferencepb.ModelOutput{Name: spec.Name, DataType: configTypes[spec.Datatype], Dims: wide(spec.Shape[skip:])})
	}
	return &inferencepb.ModelConfigResponse{Config: config}, nil
}
