package clients

import (
	"strings"
	"testing"
)

const service = "inference.GRPCInferenceService"

// The two inputs of the adder: typed, and as they are in memory.
const (
	typedInputs = `"inputs":[{"name":"a","datatype":"FP32","shape":[1,4],"contents":{"fp32_contents":[1,2,3,4]}},{"name":"b","datatype":"FP32","shape":[1,4],"contents":{"fp32_contents":[1,1,1,1]}}]`
	rawInputs   = `"inputs":[{"name":"a","datatype":"FP32","shape":[1,4]},{"name":"b","datatype":"FP32","shape":[1,4]}],"raw_input_contents":["AACAPwAAAEAAAEBAAACAQA==","AACAPwAAgD8AAIA/AACAPw=="]`
)

// grpcurlCalls are what grpcurl is told and what comes of it. It knows messages by
// reflection alone.
var grpcurlCalls = []struct {
	method, data string
	answer       []string // parts of what it prints, without white space
	fails        bool
}{
	{method: "list", answer: []string{service, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"}},
	{method: "describe " + service, answer: []string{"rpcModelInfer(.inference.ModelInferRequest)returns(.inference.ModelInferResponse);"}},
	{method: "grpc.health.v1.Health/Check", answer: []string{`{"status":"SERVING"}`}},
	{method: "grpc.health.v1.Health/Check", data: `{"service":"unknown"}`, answer: []string{"NotFound"}, fails: true},
	{method: "ServerLive", answer: []string{`{"live":true}`}},
	{method: "ServerReady", answer: []string{`{"ready":true}`}},
	{method: "ModelReady", data: `{"name":"adder","version":"2"}`, answer: []string{`{"ready":true}`}},
	{method: "ModelReady", data: `{"name":"broken"}`, answer: []string{`{}`}},
	{method: "ServerMetadata", answer: []string{`"name":"portent"`, `"statistics"`}},
	{method: "ModelMetadata", data: `{"name":"adder"}`, answer: []string{`"versions":["1","2"]`, `{"name":"b","datatype":"FP32","shape":["-1","4"]}`}},
	{method: "ModelMetadata", data: `{"name":"unknown"}`, answer: []string{"NotFound", "unknown"}, fails: true},
	{method: "ModelConfig", data: `{"name":"adder"}`, answer: []string{`"maxBatchSize":256`, `{"name":"a","dataType":"TYPE_FP32","dims":["4"]}`}},
	{method: "ModelInfer", data: `{"model_name":"adder","model_version":"1","id":"7",` + typedInputs + `}`, answer: []string{`"id":"7"`, `{"name":"total","datatype":"FP32","shape":["1","4"],"contents":{"fp32Contents":[2,3,4,5]}}`}},
	{method: "ModelInfer", data: `{"model_name":"adder",` + rawInputs + `}`, answer: []string{`"modelVersion":"2"`, `"rawOutputContents":["AAAAAAAAgD8AAABAAABAQA=="]`}},
	{method: "ModelInfer", data: `{"model_name":"adder",` + typedInputs + `,"outputs":[{"name":"sum"}]}`, answer: []string{"InvalidArgument", "sum", "total"}, fails: true},
	{method: "ModelInfer", data: `{"model_name":"text","inputs":[{"name":"text","datatype":"BYTES","shape":[1,1],"contents":{"bytes_contents":["w6k="]}}]}`, answer: []string{`{"bytesContents":["w6k="]}`}},
	{method: "ModelInfer", data: `{"model_name":"slow","inputs":[{"name":"x","datatype":"FP32","shape":[1],"contents":{"fp32_contents":[1]}}],"parameters":{"timeout":{"int64_param":"50000"}}}`, answer: []string{"DeadlineExceeded"}, fails: true},
	{method: "ModelStreamInfer", data: `{"model_name":"adder","id":"one",` + typedInputs + `} {"model_name":"unknown","id":"two",` + typedInputs + `} {"model_name":"adder","id":"three",` + rawInputs + `}`, answer: []string{`"id":"one"`, `"errorMessage":`, `"id":"three"`}},
	{method: "ModelStatistics", data: `{"name":"adder","version":"2"}`, answer: []string{`"name":"adder","version":"2"`, `"success":{"count":"`}},
	{method: "RepositoryIndex", data: `{"ready":true}`, answer: []string{`{"name":"adder","version":"1","state":"READY"}`}},
	{method: "RepositoryModelLoad", data: `{"model_name":"broken"}`, answer: []string{"InvalidArgument", "truncated"}, fails: true},
	{method: "RepositoryModelUnload", data: `{"model_name":"text"}`, answer: []string{`"isUnloaded":true`}},
	{method: "RepositoryModelLoad", data: `{"model_name":"text"}`, answer: []string{`"isLoaded":true`}},
}

func callByGrpcurl(t *testing.T, address string) {
	for _, call := range grpcurlCalls {
		args := []string{"-plaintext"}
		if call.data != "" {
			args = append(args, "-d", call.data)
		}
		args = append(args, address)
		method := call.method
		switch verb, _, more := strings.Cut(method, " "); {
		case more || verb == "list":
		case !strings.Contains(verb, "/"):
			method = service + "/" + verb
		}
		out, errors, err := try(t, grpcurl, append(args, strings.Fields(method)...)...)
		printed := strings.Join(strings.Fields(out+errors), "")
		good := call.fails == (err != nil)
		for _, part := range call.answer {
			good = good && strings.Contains(printed, part)
		}
		if !good {
			t.Errorf("%s %s: %v, want %q\n%s%s", call.method, call.data, err, call.answer, out, errors)
			continue
		}
		t.Logf("ok   %s %.90s", call.method, call.data)
	}
}
