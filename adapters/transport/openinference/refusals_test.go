package openinference_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/internal/web/webtest"
	"github.com/portent-go/portent/adapters/transport/openinference"
	"github.com/portent-go/portent/domain"
)

// asked is a request that is refused. Its path is the model's infer unless it says
// otherwise.
type asked struct {
	name, body string
	path       string
	headers    []string
}

func tensorJSON(fields string) string { return `{"inputs":[{` + fields + `}]}` }

// withRaw is a request whose raw tensors follow the JSON.
func withRaw(name, document, raw string) asked {
	return asked{name: name, body: document + raw, headers: []string{headerSize, strconv.Itoa(len(document))}}
}

func refusals() []asked {
	const rawField = `"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}`
	size := func(name string, values ...string) asked {
		a := asked{name: name, body: tensorJSON(rawField) + binary32(1, 2)}
		for _, value := range values {
			a.headers = append(a.headers, headerSize, value)
		}
		return a
	}
	deep := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	return []asked{
		{name: "empty body"},
		{name: "not JSON", body: `{"inputs":`},
		{name: "an array", body: `[]`},
		{name: "no inputs", body: `{}`},
		{name: "inputs empty", body: `{"inputs":[]}`},
		{name: "unknown field", body: `{"input":[]}`},
		{name: "unknown field of an input", body: tensorJSON(`"name":"x","dims":[1,2]`)},
		{name: "a key twice", body: `{"inputs":[],"inputs":[]}`},
		{name: "trailing", body: example + `{}`},
		{name: "NaN", body: strings.Replace(example, "[1,2]}", "[1,NaN]}", 1)},
		{name: "10,000 deep", body: tensorJSON(`"name":"x","shape":[1,2],"datatype":"FP32","data":` + deep)},
		{name: "10,000 deep, shape", body: tensorJSON(`"name":"x","shape":` + deep)},
		{name: "10,000 deep, unknown field", body: `{"x":` + deep + `}`},
		{name: "3,000 objects deep", body: strings.Repeat(`{"parameters":`, 3_000)},
		{name: "2^60 elements", body: tensorJSON(`"name":"x","shape":[1152921504606846976,2],"datatype":"FP32","data":[1,2]`)},
		{name: "2^60 elements, other rank", body: tensorJSON(`"name":"x","shape":[1152921504606846976],"datatype":"FP32","data":[1,2]`)},
		withRaw("2^60 elements, raw", tensorJSON(`"name":"x","shape":[1152921504606846976,1],"datatype":"FP32","parameters":{"binary_data_size":8}`), binary32(1, 2)),
		{name: "a product beyond 64 bits", body: tensorJSON(`"name":"x","shape":[4611686018427387904,4611686018427387904],"datatype":"FP32","data":[]`)},
		{name: "a negative axis", body: tensorJSON(`"name":"x","shape":[-1,2],"datatype":"FP32","data":[1,2]`)},
		{name: "an empty batch", body: tensorJSON(`"name":"x","shape":[0,2],"datatype":"FP32","data":[]`)},
		{name: "wrong shape", body: tensorJSON(`"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]`)},
		{name: "wrong rank", body: tensorJSON(`"name":"x","shape":[2],"datatype":"FP32","data":[1,2]`)},
		{name: "wrong datatype", body: tensorJSON(`"name":"x","shape":[1,2],"datatype":"INT32","data":[1,2]`)},
		{name: "unknown datatype", body: tensorJSON(`"name":"x","shape":[1,2],"datatype":"float32","data":[1,2]`)},
		{name: "too few numbers", body: tensorJSON(`"name":"x","shape":[1,2],"datatype":"FP32","data":[1]`)},
		{name: "too large a number", body: tensorJSON(`"name":"x","shape":[1,2],"datatype":"FP32","data":[1,1e39]`)},
		{name: "a string among numbers", body: tensorJSON(`"name":"x","shape":[1,2],"datatype":"FP32","data":[1,"2"]`)},
		{name: "too large a batch", body: tensorJSON(`"name":"x","shape":[5,2],"datatype":"FP32","data":[1,2,3,4,5,6,7,8,9,10]`)},
		{name: "unknown input", body: strings.Replace(example, `"x"`, `"y"`, 1)},
		{name: "missing input", body: `{"inputs":[],"outputs":[{"name":"logits"}]}`},
		{name: "an input twice", body: `{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]},{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}`},
		{name: "unknown output", body: strings.Replace(example, `{`, `{"outputs":[{"name":"scores"}],`, 1)},
		{name: "an output twice", body: strings.Replace(example, `{`, `{"outputs":[{"name":"logits"},{"name":"logits"}],`, 1)},
		{name: "classification of text", body: strings.Replace(example, `{`, `{"outputs":[{"name":"logits","parameters":{"classification":"3"}}],`, 1)},
		{name: "negative classification", body: strings.Replace(example, `{`, `{"outputs":[{"name":"logits","parameters":{"classification":-1}}],`, 1)},
		{name: "binary_data of text", body: strings.Replace(example, `{`, `{"outputs":[{"name":"logits","parameters":{"binary_data":"true"}}],`, 1)},
		{name: "negative timeout", body: strings.Replace(example, `{`, `{"parameters":{"timeout":-1},`, 1)},
		{name: "priority", body: strings.Replace(example, `{`, `{"parameters":{"priority":1},`, 1)},
		{name: "a sequence", body: strings.Replace(example, `{`, `{"parameters":{"sequence_id":7,"sequence_start":true},`, 1)},
		{name: "parameters of parameters", body: strings.Replace(example, `{`, `{"parameters":{"a":{}},`, 1)},
		{name: "shared memory", body: tensorJSON(`"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"shared_memory_region":"r","shared_memory_byte_size":8}`)},
		{name: "shared memory for an output", body: strings.Replace(example, `{`, `{"outputs":[{"name":"logits","parameters":{"shared_memory_region":"r"}}],`, 1)},
		{name: "another model's name", body: strings.Replace(example, `{`, `{"model_name":"n",`, 1)},
		withRaw("data and raw", tensorJSON(`"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2],"parameters":{"binary_data_size":8}`), binary32(1, 2)),
		withRaw("raw, too short", tensorJSON(rawField), "1234567"),
		withRaw("raw, too long", tensorJSON(rawField), "123456789"),
		withRaw("raw, wrong size", tensorJSON(`"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":7}`), "1234567"),
		withRaw("raw, negative size", tensorJSON(`"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":-8}`), "12345678"),
		withRaw("raw, no size", tensorJSON(`"name":"x","shape":[1,2],"datatype":"FP32"`), "12345678"),
		withRaw("raw behind numbers", example, "12345678"),
		size("no header of the JSON's size"),
		size("beyond the body", "1000"),
		{name: "one byte beyond the body", body: example, headers: []string{headerSize, strconv.Itoa(len(example) + 1)}},
		size("far beyond the body", "18446744073709551616"),
		size("negative", "-1"),
		size("text", "many"),
		size("twice", "81", "81"),
		size("within the JSON", "20"),
		{name: "a body without JSON, too short", body: "1234567", headers: []string{headerSize, "0"}},
		{name: "a body without JSON, empty", headers: []string{headerSize, "0"}},
		{name: "a body without JSON, a batch", body: binary32(1, 2, 3, 4), headers: []string{headerSize, "0"}},
		{name: "unknown Content-Type", body: example, headers: []string{"Content-Type", "text/csv"}},
		{name: "another charset", body: example, headers: []string{"Content-Type", "application/json; charset=utf-16"}},
		{name: "unknown Content-Encoding", body: example, headers: []string{"Content-Encoding", "br"}},
		{name: "not gzip", body: example, headers: []string{"Content-Encoding", "gzip"}},
		{name: "not deflate", body: example, headers: []string{"Content-Encoding", "deflate"}},
		{name: "too large a body", body: strings.Repeat(" ", 1<<16+1)},
		{name: "index, unknown field", path: "/v2/repository/index", body: `{"raedy":true}`},
		{name: "index, wrong value", path: "/v2/repository/index", body: `{"ready":"true"}`},
		{name: "load", path: "/v2/repository/models/m/load"},
		{name: "unload", path: "/v2/repository/models/m/unload", body: `{"parameters":{"unload_dependents":true}}`},
		{name: "load with a configuration", path: "/v2/repository/models/m/load", body: `{"parameters":{"config":"{}"}}`},
		{name: "unload with a parameter", path: "/v2/repository/models/m/unload", body: `{"parameters":{"force":true}}`},
		{name: "load from a page of another site", path: "/v2/repository/models/m/load", headers: []string{"Sec-Fetch-Site", "cross-site"}},
		{name: "unload from a page of another site", path: "/v2/repository/models/m/unload", headers: []string{"Origin", "https://elsewhere.example"}},
	}
}

// TestRefusals keeps the status and the whole body of every mistake, the hostile
// ones among them.
func TestRefusals(t *testing.T) {
	handler := handlerOver(t, newEcho(domain.TensorSpec{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{-1, 2}}), openinference.Options{MaxBatch: 4, MaxBody: 1 << 16})
	type kept struct {
		Name   string
		Status int
		Body   json.RawMessage
	}
	var got []kept
	for _, a := range refusals() {
		if a.path == "" {
			a.path = inferPath
		}
		if strings.Contains(a.body, `"logits"`) {
			a.body = strings.ReplaceAll(a.body, `"logits"`, `"x_out"`)
		}
		response := ask(handler, "POST", a.path, a.body, append(a.headers, "X-Request-Id", "ignored")...)
		if response.Code < 400 || response.Code >= 500 {
			t.Errorf("%s: %d %s", a.name, response.Code, response.Body)
		}
		if contentType := response.Header().Get("Content-Type"); contentType != "application/json" {
			t.Errorf("%s: the error is of type %q", a.name, contentType)
		}
		f := decodeStrictly[failure](t, bytes.NewReader(response.Body.Bytes()))
		if f.Error == "" || f.Code == "" || f.RequestID != response.Header().Get("X-Request-Id") || len(response.Body.Bytes()) > 2000 {
			t.Errorf("%s: %s", a.name, response.Body)
		}
		body := bytes.ReplaceAll(bytes.TrimSpace(response.Body.Bytes()), []byte(f.RequestID), []byte("golden"))
		got = append(got, kept{a.name, response.Code, body})
	}
	webtest.Golden(t, "refusals.golden.json", got)
}

// unread is a body that must not be read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

// TestALargeBodyIsRefusedUnread announces more than may be.
func TestALargeBodyIsRefusedUnread(t *testing.T) {
	request := httptest.NewRequest(http.MethodPost, inferPath, unread{t})
	request.ContentLength = 16<<20 + 1
	recorder := httptest.NewRecorder()
	classifier(t, nil).ServeHTTP(recorder, request)
	if got := decodeStrictly[failure](t, recorder.Body); recorder.Code != http.StatusRequestEntityTooLarge || got.Code != "too_large" {
		t.Errorf("%d %+v", recorder.Code, got)
	}
}

// TestABodyThatGrowsIsRefused announces nothing and sends too much.
func TestABodyThatGrowsIsRefused(t *testing.T) {
	request := httptest.NewRequest(http.MethodPost, inferPath, io.LimitReader(zeros{}, 1<<40))
	request.ContentLength = -1
	recorder := httptest.NewRecorder()
	classifier(t, nil).ServeHTTP(recorder, request)
	if recorder.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", recorder.Code, recorder.Body)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
