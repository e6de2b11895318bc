package httpapi_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	_ "image/png"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/adapters/transport/internal/web/webtest"
	"github.com/portent-go/portent/domain"
)

// doors returns one picture as every door takes it.
func doors(t testing.TB) []asked {
	t.Helper()
	picture := picturePNG(45, 37)
	decoded, _, err := image.Decode(strings.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	tensor, err := preprocessor().Tensor(decoded)
	if err != nil {
		t.Fatal(err)
	}
	values, _ := domain.Data[float32](tensor)
	encoded := base64.StdEncoding.EncodeToString([]byte(picture))
	formType, formBody := form(part{"image", picture})
	asJSON := func(name, body string) asked { return asked{name, "POST", "/predict", jsonType, body} }
	return []asked{
		asJSON("nested", `{"input":`+nestedJSON(values, 3, 32, 32)+`}`),
		asJSON("nested with a batch axis", `{"input":`+nestedJSON(values, 1, 3, 32, 32)+`}`),
		asJSON("flat", `{"input":`+nestedJSON(values, 3072)+`}`),
		asJSON("flat with shape", `{"shape":[1,3,32,32],"input":`+nestedJSON(values, 3072)+`}`),
		asJSON("as doubles", `{"input":`+doubles(values)+`}`),
		asJSON("base64", `{"image":"`+encoded+`"}`),
		asJSON("data URL", `{"image":"data:image/png;base64,`+encoded+`"}`),
		{"form", "POST", "/predict", formType, formBody},
		{"picture", "POST", "/predict", "image/png", picture},
		{"picture under another type", "POST", "/predict", "image/jpeg", picture},
		{"binary", "POST", "/predict", "application/octet-stream", binary32(values)},
	}
}

// doubles writes values as Python does, which has no float32.
func doubles(values []float32) string {
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	text, _ := json.Marshal(wide)
	return string(text)
}

func TestEveryDoorGivesTheSameBits(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	first := ""
	for _, d := range doors(t) {
		response := ask(handler, d.method, d.path, d.contentType, d.body)
		if response.Code != 200 {
			t.Errorf("%s: %d %s", d.name, response.Code, response.Body)
			continue
		}
		if first == "" {
			first = response.Body.String()
		}
		if got := response.Body.String(); got != first {
			t.Errorf("%s: %s\nfirst: %s", d.name, got, first)
		}
	}
}

func TestAnswers(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	body := `{"input":` + nestedJSON(numbers(), 3, 32, 32) + `,"top_k":2,"id":"<a&b>"}`
	one := ask(handler, "POST", "/predict", jsonType, body)
	two := ask(handler, "POST", "/predict/batch?top_k=1&id=me", "application/octet-stream", binary32(numbers())+binary32(make([]float32, 3072)))
	ready := ask(handler, "GET", "/readyz", "", "")
	alive := ask(handler, "GET", "/healthz", "", "")
	webtest.Golden(t, "answers.golden.json", map[string]json.RawMessage{
		"predict": one.Body.Bytes(), "batch": two.Body.Bytes(), "readyz": ready.Body.Bytes(), "healthz": alive.Body.Bytes(),
	})
	for _, response := range []int{one.Code, two.Code, ready.Code, alive.Code} {
		if response != 200 {
			t.Errorf("status %d", response)
		}
	}
	if !strings.Contains(one.Body.String(), `"<a&b>"`) {
		t.Errorf("the id does not come back as it was: %s", one.Body)
	}
}

// TestNumbersAreWrittenInTheShortestForm reads every probability back and
// compares the bits, and the text, to what float32 needs.
func TestNumbersAreWrittenInTheShortestForm(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	response := ask(handler, "POST", "/predict", "application/octet-stream", binary32(numbers()))
	for _, text := range regexp.MustCompile(`0\.[0-9]+`).FindAllString(response.Body.String(), -1) {
		var wide float64
		_, _ = fmt.Sscan(text, &wide)
		if shortest := fmt.Sprint(float32(wide)); shortest != text {
			t.Errorf("%s could be written as %s", text, shortest)
		}
	}
}

func TestTopK(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	body := `{"input":` + nestedJSON(numbers(), 3072)
	for _, c := range []struct {
		path, rest string
		want       int
	}{
		{"/predict", `}`, 5},
		{"/predict?top_k=3", `}`, 3},
		{"/predict", `,"top_k":1}`, 1},
		{"/predict?top_k=4", `,"top_k":4}`, 4},
		{"/predict?top_k=99", `}`, classes},
	} {
		response := ask(handler, "POST", c.path, jsonType, body+c.rest)
		got := decodeStrictly[answer](t, response.Body)
		if response.Code != 200 || len(got.Top) != c.want || got.Top[0].Class != got.PredictedClass || len(got.Probabilities) != classes {
			t.Errorf("%s %s: %d %+v", c.path, c.rest, response.Code, got)
		}
	}
	contentType, filled := form(part{"top_k", "2"}, part{"image", picturePNG(9, 9)}, part{"id", "form"})
	response := ask(handler, "POST", "/predict", contentType, filled)
	if got := decodeStrictly[answer](t, response.Body); len(got.Top) != 2 || got.ID != "form" {
		t.Errorf("form: %+v", got)
	}
}

func TestABatchIsManySingles(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	a, b := picturePNG(33, 20), picturePNG(20, 33)
	single := func(picture string) answer {
		got := decodeStrictly[answer](t, ask(handler, "POST", "/predict", "image/png", picture).Body)
		got.Model = nil
		return got
	}
	want := []answer{single(a), single(b), single(a)}
	encode := func(picture string) string { return `"` + base64.StdEncoding.EncodeToString([]byte(picture)) + `"` }
	formType, formBody := form(part{"image", a}, part{"image", b}, part{"image", a})
	for contentType, body := range map[string]string{
		jsonType: `{"images":[` + encode(a) + `,` + encode(b) + `,` + encode(a) + `]}`,
		formType: formBody,
	} {
		response := ask(handler, "POST", "/predict/batch", contentType, body)
		got := decodeStrictly[struct {
			Predictions []answer
			Model       map[string]string
		}](t, response.Body)
		if response.Code != 200 || !reflect.DeepEqual(got.Predictions, want) || got.Model["name"] != "fake-model" {
			t.Errorf("%s: %d %+v\nwant %+v", contentType, response.Code, got, want)
		}
	}
}

func TestPixelsInsteadOfPreparedNumbersAreWarnedAbout(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	values := numbers()
	for i := range values {
		values[i] *= 255
	}
	for contentType, body := range map[string]string{
		jsonType: `{"input":` + nestedJSON(values, 3072) + `}`, "application/octet-stream": binary32(values),
	} {
		got := decodeStrictly[answer](t, ask(handler, "POST", "/predict", contentType, body).Body)
		if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "0 to 255") {
			t.Errorf("%s: warnings %q", contentType, got.Warnings)
		}
	}
	values[0] = -1
	if got := decodeStrictly[answer](t, ask(handler, "POST", "/predict", "application/octet-stream", binary32(values)).Body); got.Warnings != nil {
		t.Errorf("numbers that are no pixels: warnings %q", got.Warnings)
	}
}

func TestModelsOfOtherDatatypes(t *testing.T) {
	for _, c := range []struct {
		datatype domain.Datatype
		json     string
		bytes    string
	}{
		{domain.FP64, `[1,2]`, "\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x00\x00\x00\x00\x00\x40"},
		{domain.INT64, `[1,2]`, "\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00"},
		{domain.UINT64, `[1,2]`, "\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00"},
		{domain.INT32, `[-1,2]`, "\xff\xff\xff\xff\x02\x00\x00\x00"},
		{domain.UINT32, `[1,2]`, "\x01\x00\x00\x00\x02\x00\x00\x00"},
		{domain.INT16, `[-1,2]`, "\xff\xff\x02\x00"},
		{domain.UINT16, `[1,2]`, "\x01\x00\x02\x00"},
		{domain.INT8, `[-1,2]`, "\xff\x02"},
		{domain.UINT8, `[1,255]`, "\x01\xff"},
		{domain.BOOL, `[true,false]`, "\x01\x00"},
		{domain.FP16, "", "\x00\x3c\x00\x40"},
		{domain.BF16, "", "\x80\x3f\x00\x40"},
		{domain.BYTES, `["a","b"]`, ""},
	} {
		f := &fake{input: domain.TensorSpec{Name: "x", Datatype: c.datatype, Shape: domain.Shape{-1, 2}}}
		bare := card()
		bare.Preprocessor = nil
		handler := handlerWith(t, f, bare, httpapi.Options{})
		var bodies []string
		for contentType, body := range map[string]string{jsonType: `{"input":` + c.json + `}`, "application/octet-stream": c.bytes} {
			if body == "" || c.json == "" && contentType == jsonType {
				continue
			}
			response := ask(handler, "POST", "/predict", contentType, body)
			if response.Code != 200 {
				t.Errorf("%v as %s: %d %s", c.datatype, contentType, response.Code, response.Body)
			}
			bodies = append(bodies, response.Body.String())
		}
		if len(bodies) == 2 && bodies[0] != bodies[1] {
			t.Errorf("%v: the doors differ: %s %s", c.datatype, bodies[0], bodies[1])
		}
	}
}

func TestBadElementsInBytesAreRefused(t *testing.T) {
	for _, c := range []struct {
		datatype domain.Datatype
		bytes    string
	}{
		{domain.FP32, "\x00\x00\x80\x7f\x00\x00\x00\x00"}, {domain.FP64, "\x00\x00\x00\x00\x00\x00\xf8\x7f\x00\x00\x00\x00\x00\x00\x00\x00"},
		{domain.FP16, "\x00\x7c\x00\x00"}, {domain.BF16, "\xc0\x7f\x00\x00"}, {domain.BOOL, "\x02\x00"},
	} {
		bare := card()
		bare.Preprocessor = nil
		handler := handlerWith(t, &fake{input: domain.TensorSpec{Name: "x", Datatype: c.datatype, Shape: domain.Shape{-1, 2}}}, bare, httpapi.Options{})
		response := ask(handler, "POST", "/predict", "application/octet-stream", c.bytes)
		if got := decodeStrictly[failure](t, response.Body); response.Code != 422 || !strings.Contains(got.Error, "element 0") {
			t.Errorf("%v: %d %+v", c.datatype, response.Code, got)
		}
	}
}

// TestManyAtOnce sends different inputs through all doors at the same time:
// buffers that are used again must not mix them up.
func TestManyAtOnce(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	all := doors(t)
	for i := range 8 {
		values := numbers()
		values[i] = float32(i) * 10
		all = append(all, asked{fmt.Sprint(i), "POST", "/predict", jsonType, `{"id":"` + fmt.Sprint(i) + `","input":` + nestedJSON(values, 3, 32, 32) + `}`})
	}
	want := make([][]byte, len(all))
	for i, d := range all {
		want[i] = ask(handler, d.method, d.path, d.contentType, d.body).Body.Bytes()
	}
	var group sync.WaitGroup
	for range 4 {
		for i, d := range all {
			group.Go(func() {
				if got := ask(handler, d.method, d.path, d.contentType, d.body).Body.Bytes(); !bytes.Equal(got, want[i]) {
					t.Errorf("%s: got %s, alone %s", d.name, got, want[i])
				}
			})
		}
	}
	group.Wait()
}

func TestServerTimingSaysWhereTheTimeWent(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	response := ask(handler, "POST", "/predict", "image/png", picturePNG(99, 99))
	form := regexp.MustCompile(`^decode;dur=\d+\.\d{3}, queue;dur=\d+\.\d{3}, infer;dur=\d+\.\d{3}, encode;dur=\d+\.\d{3}$`)
	if got := response.Header().Get("Server-Timing"); !form.MatchString(got) {
		t.Errorf("Server-Timing is %q", got)
	}
}
