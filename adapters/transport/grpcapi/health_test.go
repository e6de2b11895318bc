package grpcapi_test

import (
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/reflection/grpc_reflection_v1alpha"

	"github.com/portent-go/portent/adapters/transport/grpcapi"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

const inferenceService = "inference.GRPCInferenceService"

func TestHealth(t *testing.T) {
	repository := serving.Single(served(predictortest.NewFake(signature())))
	_, address := start(t, repository, grpcapi.Options{})
	c := grpc_health_v1.NewHealthClient(dial(t, address))
	check := func(want grpc_health_v1.HealthCheckResponse_ServingStatus) {
		t.Helper()
		for _, service := range []string{"", inferenceService, "m"} {
			got, err := c.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: service})
			if err != nil || got.GetStatus() != want {
				t.Errorf("%q is %v %v, expected %v", service, got, err, want)
			}
		}
		list, err := c.List(t.Context(), &grpc_health_v1.HealthListRequest{})
		if err != nil || len(list.GetStatuses()) != 3 || list.GetStatuses()["m"].GetStatus() != want {
			t.Errorf("%v %v", list, err)
		}
	}
	check(grpc_health_v1.HealthCheckResponse_SERVING)
	_, err := c.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: "other"})
	expectCode(t, "an unknown service", err, codes.NotFound)
	repository.Drain()
	check(grpc_health_v1.HealthCheckResponse_NOT_SERVING)
}

func TestHealthIsWatched(t *testing.T) {
	repository := serving.NewRepository(shelf{})
	_, address := start(t, repository, grpcapi.Options{WatchInterval: time.Millisecond})
	c := grpc_health_v1.NewHealthClient(dial(t, address))
	watch, err := c.Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: "b"})
	if err != nil {
		t.Fatal(err)
	}
	expect := func(want grpc_health_v1.HealthCheckResponse_ServingStatus) {
		t.Helper()
		got, err := watch.Recv()
		if err != nil || got.GetStatus() != want {
			t.Fatalf("%v %v, expected %v", got, err, want)
		}
	}
	expect(grpc_health_v1.HealthCheckResponse_SERVICE_UNKNOWN)
	if err := repository.Load(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	for status := grpc_health_v1.HealthCheckResponse_UNKNOWN; status != grpc_health_v1.HealthCheckResponse_SERVING; {
		got, err := watch.Recv() // it may be seen while it is loading
		if err != nil {
			t.Fatal(err)
		}
		status = got.GetStatus()
	}
	repository.Drain()
	expect(grpc_health_v1.HealthCheckResponse_NOT_SERVING)
}

func TestReflection(t *testing.T) {
	_, address := start(t, serving.Single(served(predictortest.NewFake(signature()))), grpcapi.Options{})
	connection := dial(t, address)
	v1, err := grpc_reflection_v1.NewServerReflectionClient(connection).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := v1.Send(&grpc_reflection_v1.ServerReflectionRequest{MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: inferenceService}}); err != nil {
		t.Fatal(err)
	}
	if got, err := v1.Recv(); err != nil || len(got.GetFileDescriptorResponse().GetFileDescriptorProto()) != 1 {
		t.Errorf("%v %v", got, err)
	}
	alpha, err := grpc_reflection_v1alpha.NewServerReflectionClient(connection).ServerReflectionInfo(t.Context()) //nolint:staticcheck // many tools speak this version only
	if err != nil {
		t.Fatal(err)
	}
	if err := alpha.Send(&grpc_reflection_v1alpha.ServerReflectionRequest{MessageRequest: &grpc_reflection_v1alpha.ServerReflectionRequest_ListServices{}}); err != nil { //nolint:staticcheck // as above
		t.Fatal(err)
	}
	if got, err := alpha.Recv(); err != nil || len(got.GetListServicesResponse().GetService()) != 4 { //nolint:staticcheck // as above
		t.Errorf("%v %v", got, err)
	}
}
