package httpapi_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain"
)

// answered checks what holds for every answer, whatever was sent.
func answered(t *testing.T, handler *httpapi.Handler, a asked) int {
	t.Helper()
	response := ask(handler, a.method, a.path, a.contentType, a.body)
	if response.Code == 500 {
		t.Fatalf("our fault: %s", response.Body)
	}
	if !json.Valid(response.Body.Bytes()) || !utf8.Valid(response.Body.Bytes()) {
		t.Fatalf("%d: the answer is not JSON: %q", response.Code, response.Body)
	}
	if response.Code == 200 {
		got := decodeStrictly[answer](t, response.Body)
		sum := 0.0
		for _, p := range got.Probabilities {
			sum += float64(p)
		}
		if math.Abs(sum-1) > 1e-5 {
			t.Fatalf("the probabilities sum to %v", sum)
		}
		return 200
	}
	if got := decodeStrictly[failure](t, response.Body); got.Error == "" || got.Code == "" || got.RequestID == "" {
		t.Fatalf("%d: %+v", response.Code, got)
	}
	return response.Code
}

// tiny is a model of few numbers, so that a fuzzer finds what it takes.
func tiny(t testing.TB) *httpapi.Handler {
	t.Helper()
	bare := card()
	bare.Preprocessor = nil
	return handlerWith(t, &fake{input: domain.TensorSpec{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{-1, 2}}}, bare, httpapi.Options{MaxBody: 1 << 16})
}

func FuzzBinary(f *testing.F) {
	handler := tiny(f)
	f.Add([]byte("\x00\x00\x80\x3f\x00\x00\x00\x40"))
	f.Add([]byte("\x00\x00\xc0\x7f\x00\x00\x00\x40"))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		status := answered(t, handler, asked{"", "POST", "/predict", "application/octet-stream", string(body)})
		finite := len(body) == 8
		for i := 0; finite && i < 8; i += 4 {
			finite = body[i+3]&0x7f != 0x7f || body[i+2]&0x80 == 0
		}
		if (status == 200) != finite {
			t.Fatalf("%x: %d", body, status)
		}
	})
}

func FuzzJSON(f *testing.F) {
	handler := tiny(f)
	for _, body := range []string{`{"input":[1,2],"top_k":1,"id":"x","shape":[2]}`, `{"input":[[1e3,-0.5]]}`, `{"image":"aGk="}`, `{"input":"x"`, `[]`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if status := answered(t, handler, asked{"", "POST", "/predict", jsonType, string(body)}); status == 200 && !json.Valid(body) {
			t.Fatalf("accepted, but not JSON: %q", body)
		}
	})
}

func FuzzForm(f *testing.F) {
	handler := handlerOver(f, &fake{}, httpapi.Options{MaxBody: 1 << 16, MaxPixels: 1 << 12})
	_, whole := form(part{"image", picturePNG(4, 4)}, part{"top_k", "3"}, part{"id", "x"})
	f.Add([]byte(whole))
	f.Add([]byte(whole[:len(whole)-20]))
	f.Add([]byte(strings.Replace(whole, "top_k", "topk", 1)))
	f.Add([]byte(strings.Replace(whole, "form-data", "attachment", 1)))
	f.Fuzz(func(t *testing.T, body []byte) {
		status := answered(t, handler, asked{"", "POST", "/predict", "multipart/form-data; boundary=frontier", string(body)})
		if status == 200 && !bytes.Contains(body, []byte("image")) {
			t.Fatalf("accepted without an image: %q", body)
		}
	})
}

func FuzzQueryAndHeaders(f *testing.F) {
	handler := tiny(f)
	f.Add("top_k=3&id=x", jsonType, "r1")
	f.Add("top_k=3;id=x", "application/json; charset=utf-8", "")
	f.Add("%zz", "multipart/form-data; boundary=", "\x00")
	f.Fuzz(func(t *testing.T, query, contentType, id string) {
		request := asked{"", "POST", "/predict", contentType, `{"input":[1,2]}`}
		response := askQuery(handler, request, query, id)
		if response.Code == 500 || !json.Valid(response.Body.Bytes()) {
			t.Fatalf("%d %s", response.Code, response.Body)
		}
		if got := response.Header().Get("X-Request-Id"); got == "" || strings.ContainsAny(got, "\r\n\x00") {
			t.Fatalf("X-Request-Id is %q", got)
		}
	})
}
