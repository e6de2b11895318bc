package openinference_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/transport/openinference"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports/predictortest"
)

// logits are what the fake classifier answers to 1 and 2, and to 3 and 4.
func logits(t testing.TB) [2][]float32 {
	t.Helper()
	var rows [2][]float32
	for i, numbers := range [][]float32{{1, 2}, {3, 4}} {
		input, err := domain.NewTensor(domain.Shape{1, 2}, numbers)
		if err != nil {
			t.Fatal(err)
		}
		outputs, err := predictortest.NewFake(classifierSignature).Predict(t.Context(), []domain.Tensor{input})
		if err != nil {
			t.Fatal(err)
		}
		rows[i], _ = domain.Data[float32](outputs[0])
	}
	return rows
}

// numbersOf returns an output's numbers, from JSON or from behind it.
func numbersOf(t testing.TB, o output, raw *string) []float32 {
	t.Helper()
	var numbers []float32
	if size, binary := o.Parameters["binary_data_size"]; binary {
		for i := 0; i < size; i += 4 {
			b := (*raw)[i:]
			numbers = append(numbers, math.Float32frombits(uint32(b[0])|uint32(b[1])<<8|uint32(b[2])<<16|uint32(b[3])<<24))
		}
		*raw = (*raw)[size:]
		return numbers
	}
	for _, v := range o.Data {
		numbers = append(numbers, float32(v.(float64)))
	}
	return numbers
}

// TestEveryFormOfARequestGivesTheSame sends the same tensor in each form.
func TestEveryFormOfARequestGivesTheSame(t *testing.T) {
	handler, want := classifier(t, nil), logits(t)
	rawInput := `{"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}`
	numbers := binary32(1, 2)
	for _, c := range []struct {
		name, document, raw string
		binary              bool
	}{
		{"flat", example, "", false},
		{"nested", `{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[[1,2]]}]}`, "", false},
		{"any order of fields", `{"inputs":[{"data":[1.0,2e0],"parameters":{},"datatype":"FP32","shape":[1,2],"name":"x"}],"parameters":{"unknown":1},"id":null}`, "", false},
		{"all null", `{"id":null,"parameters":null,"outputs":null,"model_name":null,"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2],"parameters":null}]}`, "", false},
		{"raw in", `{"inputs":[` + rawInput + `]}`, numbers, false},
		{"raw in and out", `{"parameters":{"binary_data_output":true},"inputs":[` + rawInput + `]}`, numbers, true},
		{"raw out", strings.Replace(example, `{`, `{"parameters":{"binary_data_output":true},`, 1), "", true},
		{"raw out, by name", strings.Replace(example, `{`, `{"outputs":[{"name":"logits","parameters":{"binary_data":true}}],`, 1), "", true},
		{"the name wins", strings.Replace(example, `{`, `{"parameters":{"binary_data_output":true},"outputs":[{"name":"logits","parameters":{"binary_data":false}}],`, 1), "", false},
		{"with the model's name", strings.Replace(example, `{`, `{"model_name":"m",`, 1), "", false},
		{"a body without JSON", "", numbers, true},
	} {
		var headers []string
		if c.raw != "" {
			headers = []string{headerSize, strconv.Itoa(len(c.document)), "Content-Type", "application/octet-stream"}
		}
		for _, path := range []string{inferPath, "/v2/models/m/versions/1/infer"} {
			response := ask(handler, "POST", path, c.document+c.raw, headers...)
			body := response.Body.String()
			size := len(body)
			if given := response.Header().Get(headerSize); (given != "") != c.binary {
				t.Errorf("%s: %s is %q", c.name, headerSize, given)
				continue
			} else if c.binary {
				size, _ = strconv.Atoi(given)
			}
			if contentType := response.Header().Get("Content-Type"); (contentType == "application/octet-stream") != c.binary || response.Code != http.StatusOK {
				t.Errorf("%s: %d %s %s", c.name, response.Code, contentType, body)
				continue
			}
			raw := body[size:]
			got := decodeStrictly[answer](t, strings.NewReader(body[:size]))
			if got.ModelName != "m" || got.ModelVersion != "1" || len(got.Outputs) != 1 || got.Outputs[0].Datatype != "FP32" || !reflect.DeepEqual(got.Outputs[0].Shape, []int{1, 3}) {
				t.Errorf("%s: %+v", c.name, got)
			}
			if numbers := numbersOf(t, got.Outputs[0], &raw); !reflect.DeepEqual(numbers, want[0]) || raw != "" {
				t.Errorf("%s: %v, want %v, %d bytes left", c.name, numbers, want[0], len(raw))
			}
			if !strings.Contains(response.Header().Get("Server-Timing"), "infer;dur=") || response.Header().Get("Content-Length") != strconv.Itoa(len(body)) {
				t.Errorf("%s: %v", c.name, response.Header())
			}
		}
	}
}

func TestBatchesAndIDs(t *testing.T) {
	response := ask(classifier(t, nil), "POST", inferPath, `{"id":"4\u0032","inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[1,2,3,4]}]}`)
	got, want := decodeStrictly[answer](t, response.Body), logits(t)
	if numbers := numbersOf(t, got.Outputs[0], nil); got.ID != "42" || !reflect.DeepEqual(numbers, append(want[0], want[1]...)) || !reflect.DeepEqual(got.Outputs[0].Shape, []int{2, 3}) {
		t.Errorf("%+v", got)
	}
}

// TestManyInputsAndOutputs mixes JSON and raw in both directions, in orders of
// their own.
func TestManyInputsAndOutputs(t *testing.T) {
	handler := handlerOver(t, newEcho(
		domain.TensorSpec{Name: "a", Datatype: domain.INT64, Shape: domain.Shape{-1}},
		domain.TensorSpec{Name: "b", Datatype: domain.BYTES, Shape: domain.Shape{-1, 2}},
		domain.TensorSpec{Name: "c", Datatype: domain.FP16, Shape: domain.Shape{2}},
	), openinference.Options{})
	document := `{"inputs":[
		{"name":"c","shape":[2],"datatype":"FP16","parameters":{"binary_data_size":4}},
		{"name":"a","shape":[1],"datatype":"INT64","data":[-9223372036854775808]},
		{"name":"b","shape":[1,2],"datatype":"BYTES","parameters":{"binary_data_size":10}}],
		"outputs":[{"name":"b_out"},{"name":"c_out","parameters":{"binary_data":true}},{"name":"a_out"}]}`
	raw := "\x00\x3c\xff\x7f" + "\x02\x00\x00\x00hi\x00\x00\x00\x00"
	response := ask(handler, "POST", inferPath, document+raw, headerSize, strconv.Itoa(len(document)))
	size, _ := strconv.Atoi(response.Header().Get(headerSize))
	body := response.Body.String()
	want := `{"model_name":"m","model_version":"1","outputs":[{"name":"b_out","datatype":"BYTES","shape":[1,2],"data":["hi",""]},` +
		`{"name":"c_out","datatype":"FP16","shape":[2],"parameters":{"binary_data_size":4}},` +
		`{"name":"a_out","datatype":"INT64","shape":[1],"data":[-9223372036854775808]}]}`
	if response.Code != http.StatusOK || size != len(want) || body != want+"\x00\x3c\xff\x7f" {
		t.Errorf("%d, %d: %q", response.Code, size, body)
	}
	response = ask(handler, "POST", inferPath, raw, headerSize, "0")
	if got := decodeStrictly[failure](t, response.Body); response.Code != 400 || !strings.Contains(got.Error, "which of the model's 3 inputs") {
		t.Errorf("a body without JSON: %d %+v", response.Code, got)
	}
}

// TestAnyBitsPassInRawForm: NaN and infinities belong to callers of this protocol.
func TestAnyBitsPassInRawForm(t *testing.T) {
	handler := handlerOver(t, newEcho(classifierSignature.Inputs...), openinference.Options{})
	document := `{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}],"parameters":{"binary_data_output":true}}`
	raw := "\x01\x00\xc0\xff" + binary32(float32(math.Inf(-1)))
	response := ask(handler, "POST", inferPath, document+raw, headerSize, strconv.Itoa(len(document)))
	if body := response.Body.String(); response.Code != http.StatusOK || !strings.HasSuffix(body, raw) {
		t.Errorf("%d %q", response.Code, body)
	}
	document = strings.Replace(document, "true", "false", 1)
	response = ask(handler, "POST", inferPath, document+raw, headerSize, strconv.Itoa(len(document)))
	if got := decodeStrictly[failure](t, response.Body); response.Code != 400 || !strings.Contains(got.Error, "holds NaN") || !strings.Contains(got.Hint, "binary_data") {
		t.Errorf("%d %+v", response.Code, got)
	}
}

func TestOutputsThatJSONCannotHold(t *testing.T) {
	for datatype, raw := range map[domain.Datatype]string{domain.FP16: "\x00\x3c", domain.BF16: "\x80\x3f", domain.BYTES: "\x01\x00\x00\x00\xff"} {
		handler := handlerOver(t, newEcho(domain.TensorSpec{Name: "x", Datatype: datatype, Shape: domain.Shape{1}}), openinference.Options{})
		document := fmt.Sprintf(`{"inputs":[{"name":"x","shape":[1],"datatype":"%v","parameters":{"binary_data_size":%d}}]}`, datatype, len(raw))
		response := ask(handler, "POST", inferPath, document+raw, headerSize, strconv.Itoa(len(document)))
		if got := decodeStrictly[failure](t, response.Body); response.Code != 400 || !strings.Contains(got.Error, "JSON") || !strings.Contains(got.Hint, "binary_data") {
			t.Errorf("%v: %d %+v", datatype, response.Code, got)
		}
	}
}

func TestClassification(t *testing.T) {
	want := logits(t)[0]
	classes := func(handler http.Handler, outputs string) (output, int) {
		response := ask(handler, "POST", inferPath, strings.Replace(example, `{`, `{"outputs":[`+outputs+`],`, 1))
		if response.Code != http.StatusOK {
			t.Fatalf("%d %s", response.Code, response.Body)
		}
		return decodeStrictly[answer](t, response.Body).Outputs[0], response.Code
	}
	handler := classifier(t, nil)
	got, _ := classes(handler, `{"name":"logits","parameters":{"classification":2}}`)
	top := domain.TopK(want, 2)
	for i, class := range top {
		if text := fmt.Sprintf("%v:%d:%s", want[class], class, labels[class]); got.Data[i] != text {
			t.Errorf("%v, want %s", got.Data[i], text)
		}
	}
	if got.Datatype != "BYTES" || !reflect.DeepEqual(got.Shape, []int{1, 2}) {
		t.Errorf("%+v", got)
	}
	if got, _ := classes(handler, `{"name":"logits","parameters":{"classification":9}}`); len(got.Data) != 3 {
		t.Errorf("more than there are: %+v", got)
	}
	if got, _ := classes(handler, `{"name":"logits","parameters":{"classification":0}}`); got.Datatype != "FP32" {
		t.Errorf("none: %+v", got)
	}
	// Without labels, and without a batch axis of any length.
	fixed := handlerOver(t, newEcho(domain.TensorSpec{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{1, 2}}), openinference.Options{})
	if got, _ := classes(fixed, `{"name":"x_out","parameters":{"classification":1}}`); got.Data[0] != "2:1" || !reflect.DeepEqual(got.Shape, []int{1, 1}) {
		t.Errorf("without labels: %+v", got)
	}
	response := ask(handler, "POST", inferPath, strings.Replace(example, `{`, `{"outputs":[{"name":"logits","parameters":{"classification":1,"binary_data":true}}],`, 1))
	size, _ := strconv.Atoi(response.Header().Get(headerSize))
	if raw := response.Body.String()[size:]; len(raw) < 5 || raw[4:] != fmt.Sprintf("%v:%d:%s", want[top[0]], top[0], labels[top[0]]) {
		t.Errorf("raw: %q", raw)
	}
}

func TestTimeoutsOfTheCaller(t *testing.T) {
	handler := classifier(t, func(ctx context.Context) error {
		deadline, limited := ctx.Deadline()
		if !limited {
			return errors.New("there is no deadline")
		}
		if time.Until(deadline) > time.Hour {
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	})
	response := ask(handler, "POST", inferPath, strings.Replace(example, `{`, `{"parameters":{"timeout":1000},`, 1))
	if got := decodeStrictly[failure](t, response.Body); response.Code != http.StatusGatewayTimeout || got.Code != "timeout" {
		t.Errorf("%d %+v", response.Code, got)
	}
	if response := ask(handler, "POST", inferPath, strings.Replace(example, `{`, `{"parameters":{"timeout":18446744073709551615},`, 1)); response.Code != http.StatusOK {
		t.Errorf("the longest: %d %s", response.Code, response.Body)
	}
	if response := ask(handler, "POST", inferPath, strings.Replace(example, `{`, `{"parameters":{"timeout":0},`, 1)); response.Code != http.StatusInternalServerError {
		t.Errorf("none: %d %s", response.Code, response.Body)
	}
}

func TestNumbersComeThroughJSONAsTheyAre(t *testing.T) {
	handler := handlerOver(t, newEcho(domain.TensorSpec{Name: "x", Datatype: domain.FP64, Shape: domain.Shape{-1}}), openinference.Options{})
	response := ask(handler, "POST", inferPath, `{"inputs":[{"name":"x","shape":[4],"datatype":"FP64","data":[1e300,-0.0,5e-324,123456789.125]}]}`)
	var got struct{ Outputs []struct{ Data []float64 } }
	if err := json.Unmarshal(response.Body.Bytes(), &got); err != nil || !reflect.DeepEqual(got.Outputs[0].Data, []float64{1e300, math.Copysign(0, -1), 5e-324, 123456789.125}) {
		t.Errorf("%v %s", err, response.Body)
	}
}
