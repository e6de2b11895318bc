package clients

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// askAsPerfAnalyzer asks for what Triton's perf_analyzer needs before and between
// its requests, of which there is no program in the package indexes: without one of
// these fields it ends or measures nothing.
func askAsPerfAnalyzer(t *testing.T, url string) {
	var server struct{ Extensions []string }
	get(t, url+"/v2", &server)
	get(t, url+"/v2/models/adder/versions/2/ready", nil)
	var metadata struct {
		Name            string
		Versions        []string
		Inputs, Outputs []struct {
			Name, Datatype string
			Shape          []int
		}
	}
	get(t, url+"/v2/models/adder/versions/2", &metadata)
	var config struct {
		MaxBatchSize  int `json:"max_batch_size"`
		Input, Output []struct {
			Name string
			Dims []int
		}
	}
	get(t, url+"/v2/models/adder/versions/2/config", &config)
	if metadata.Name != "adder" || len(metadata.Inputs) != len(config.Input) || len(metadata.Outputs) != len(config.Output) || config.MaxBatchSize == 0 {
		t.Fatalf("metadata %+v, configuration %+v", metadata, config)
	}
	for i, input := range metadata.Inputs {
		// With batches, its own shape is that of the metadata without the first axis.
		if input.Name != config.Input[i].Name || input.Datatype == "" || len(input.Shape) != len(config.Input[i].Dims)+1 {
			t.Errorf("input %+v, in the configuration %+v", input, config.Input[i])
		}
	}
	before := statistics(t, url)
	post(t, url+"/v2/models/adder/versions/2/infer", `{"inputs":[{"name":"a","datatype":"FP32","shape":[2,4],"data":[1,2,3,4,5,6,7,8]},{"name":"b","datatype":"FP32","shape":[2,4],"data":[1,1,1,1,1,1,1,1]}]}`, nil)
	after := statistics(t, url)
	if after.inferences != before.inferences+2 || after.executions != before.executions+1 || after.success != before.success+1 {
		t.Errorf("statistics %+v, after a request of two rows %+v", before, after)
	}
}

// counts are those of which perf_analyzer takes the differences.
type counts struct{ inferences, executions, success uint64 }

func statistics(t *testing.T, url string) counts {
	t.Helper()
	type duration struct{ Count, NS *uint64 }
	var answer struct {
		ModelStats []struct {
			Name, Version  string
			InferenceCount *uint64             `json:"inference_count"`
			ExecutionCount *uint64             `json:"execution_count"`
			InferenceStats map[string]duration `json:"inference_stats"`
		} `json:"model_stats"`
	}
	get(t, url+"/v2/models/adder/versions/2/stats", &answer)
	if len(answer.ModelStats) != 1 {
		t.Fatalf("statistics of %d versions", len(answer.ModelStats))
	}
	model := answer.ModelStats[0]
	for _, name := range []string{"success", "queue", "compute_input", "compute_infer", "compute_output", "cache_hit", "cache_miss"} {
		if d := model.InferenceStats[name]; d.Count == nil || d.NS == nil {
			t.Fatalf("the statistics have no %s: %+v", name, model)
		}
	}
	if model.Name != "adder" || model.Version != "2" || model.InferenceCount == nil || model.ExecutionCount == nil {
		t.Fatalf("statistics %+v", model)
	}
	return counts{*model.InferenceCount, *model.ExecutionCount, *model.InferenceStats["success"].Count}
}

// get asks for a document and reads it, unless answer is nil.
func get(t *testing.T, url string, answer any) {
	t.Helper()
	exchange(t, http.MethodGet, url, "", answer)
}

// post sends JSON and reads the answer, unless answer is nil.
func post(t *testing.T, url, body string, answer any) {
	t.Helper()
	exchange(t, http.MethodPost, url, body, answer)
}

func exchange(t *testing.T, method, url, body string, answer any) {
	t.Helper()
	status, text := ask(t, method, url, body)
	if status != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, url, status, text)
	}
	if answer != nil {
		if err := json.Unmarshal(text, answer); err != nil {
			t.Fatalf("%s %s: %v: %s", method, url, err, text)
		}
	}
	t.Logf("ok   %s %s", method, url)
}

// ask sends a request and returns what comes.
func ask(t *testing.T, method, url, body string) (status int, text []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, text
}
