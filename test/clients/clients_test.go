package clients

import (
	"path/filepath"
	"testing"
)

// models writes the folder of models.
func models(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "models")
	run(t, python(t, clientsPython), beside(t, "models.py"), folder, beside(t, root+"/model"))
	return folder
}

// theClassifier is the model that /predict asks.
const theClassifier = "cifar10-resnet20"

// TestClients has all clients call one server, one after the other.
func TestClients(t *testing.T) {
	interpreter := python(t, clientsPython)
	s := serve(t, "--models", models(t), "--default-model", theClassifier)
	t.Run("REST, by tritonclient and kserve", func(t *testing.T) { run(t, interpreter, beside(t, "rest_client.py"), s.URL) })
	t.Run("gRPC, by tritonclient", func(t *testing.T) { run(t, interpreter, beside(t, "grpc_client.py"), "triton", s.GRPC) })
	t.Run("gRPC, by kserve", func(t *testing.T) { run(t, interpreter, beside(t, "grpc_client.py"), "kserve", s.GRPC) })
	t.Run("gRPC, by grpcurl", func(t *testing.T) { callByGrpcurl(t, s.GRPC) })
	t.Run("REST, as perf_analyzer asks", func(t *testing.T) { askAsPerfAnalyzer(t, s.URL) })
}
