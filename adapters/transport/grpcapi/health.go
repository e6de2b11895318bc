package grpcapi

import (
	"context"
	"time"

	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/internal/protocol"
	"github.com/portent-go/portent/domain"
)

// health is gRPC's own health service. It knows the server as a whole, by the
// empty name and by that of the inference service, and each model by its name. A
// status is looked up when it is asked for, so that it cannot be out of date.
type health struct {
	grpc_health_v1.UnimplementedHealthServer
	server *Server
}

type servingStatus = grpc_health_v1.HealthCheckResponse_ServingStatus

const (
	isServing      = grpc_health_v1.HealthCheckResponse_SERVING
	notServing     = grpc_health_v1.HealthCheckResponse_NOT_SERVING
	serviceUnknown = grpc_health_v1.HealthCheckResponse_SERVICE_UNKNOWN
)

// status returns how a service is.
func (h *health) status(service string) servingStatus {
	var err error
	switch service {
	case "", inferencepb.GRPCInferenceService_ServiceDesc.ServiceName:
		err = h.server.repository.Ready()
	default:
		err = h.server.modelReady(service, "")
	}
	switch {
	case err == nil:
		return isServing
	case service != "" && domain.KindOf(err) == domain.NotFound:
		return serviceUnknown
	default:
		return notServing
	}
}

// Check says how a service is now.
func (h *health) Check(_ context.Context, request *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	status := h.status(request.GetService())
	if status == serviceUnknown {
		return nil, &domain.Error{
			Kind: domain.NotFound, Field: "service " + protocol.Shortened(request.GetService(), longestDetail), Msg: "is not known here",
			Hint: "a service is the name of a model, " + inferencepb.GRPCInferenceService_ServiceDesc.ServiceName + ", or empty",
		}
	}
	return &grpc_health_v1.HealthCheckResponse{Status: status}, nil
}

// List says how the server and each of its models are.
func (h *health) List(context.Context, *grpc_health_v1.HealthListRequest) (*grpc_health_v1.HealthListResponse, error) {
	statuses := make(map[string]*grpc_health_v1.HealthCheckResponse)
	for _, service := range append(h.server.repository.Names(), "", inferencepb.GRPCInferenceService_ServiceDesc.ServiceName) {
		statuses[service] = &grpc_health_v1.HealthCheckResponse{Status: h.status(service)}
	}
	return &grpc_health_v1.HealthListResponse{Statuses: statuses}, nil
}

// Watch says how a service is now and whenever that has changed, until the client
// leaves or the server stops.
func (h *health) Watch(request *grpc_health_v1.HealthCheckRequest, stream grpc_health_v1.Health_WatchServer) error {
	ticker := time.NewTicker(h.server.options.WatchInterval)
	defer ticker.Stop()
	told := servingStatus(-1)
	for {
		if status := h.status(request.GetService()); status != told {
			if err := stream.Send(&grpc_health_v1.HealthCheckResponse{Status: status}); err != nil {
				return err
			}
			told = status
		}
		select {
		case <-ticker.C:
		case <-h.server.stopping:
			return errStopping()
		case <-stream.Context().Done():
			return domain.FromContext(stream.Context(), "watching")
		}
	}
}
