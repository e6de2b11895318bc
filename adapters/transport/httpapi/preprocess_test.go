package httpapi_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain"
)

// TestThePictureIsWhatTheModelSees sends a picture through each door, and the
// picture that comes back again: it must give the same numbers.
func TestThePictureIsWhatTheModelSees(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	file := picturePNG(50, 40)
	decoded, err := png.Decode(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	tensor, err := preprocessor().Tensor(decoded)
	if err != nil {
		t.Fatal(err)
	}
	values, _ := domain.Data[float32](tensor)
	formType, formBody := form(part{"image", file})
	for name, d := range map[string]asked{
		"picture": {contentType: "image/png", body: file},
		"form":    {contentType: formType, body: formBody},
		"base64":  {contentType: jsonType, body: `{"top_k":3,"image":"` + base64.StdEncoding.EncodeToString([]byte(file)) + `"}`},
		"numbers": {contentType: jsonType, body: `{"input":` + nestedJSON(values, 3, 32, 32) + `}`},
		"bytes":   {contentType: "application/octet-stream", body: binary32(values)},
	} {
		for _, path := range []string{"/preprocess", "/models/fake-model/preprocess"} {
			response := ask(handler, "POST", path, d.contentType, d.body)
			if response.Code != http.StatusOK || response.Header().Get("Content-Type") != "image/png" || !strings.HasPrefix(response.Header().Get("Server-Timing"), "decode;dur=") {
				t.Fatalf("%s to %s: %d %v %s", name, path, response.Code, response.Header(), response.Body)
			}
			seen, err := png.Decode(bytes.NewReader(response.Body.Bytes()))
			if err != nil || seen.Bounds() != image.Rect(0, 0, 32, 32) {
				t.Fatalf("%s: %v", name, err)
			}
			again, err := preprocessor().Tensor(seen)
			if got, _ := domain.Data[float32](again); err != nil || !slices.Equal(got, values) {
				t.Errorf("%s: the picture stands for other numbers, %v", name, err)
			}
		}
	}
}

func TestWhatCannotBeSeen(t *testing.T) {
	_, handler := repositoryOf(t, shelf{"a": pictures(t), "b": vectors(t, 4), "c": plain}, httpapi.Options{}, "a", "b", "c")
	for _, test := range []struct {
		path, contentType, body string
		status                  int
		part                    string
	}{
		{"/preprocess", "image/png", "hello", 415, "is not a picture of a known format"},
		{"/preprocess", "text/csv", "1,2", 415, "Content-Type"},
		{"/preprocess", jsonType, `{"input":[1]}`, 422, "expected 3072"},
		{"/models/b/preprocess", jsonType, `{"input":[1,2,3,4]}`, 422, "takes tensors, not pictures"},
		{"/models/c/preprocess", jsonType, `{}`, 422, "is not a classifier"},
		{"/models/d/preprocess", jsonType, `{}`, 404, "is not served here"},
	} {
		response := ask(handler, "POST", test.path, test.contentType, test.body)
		if got := decodeStrictly[failure](t, response.Body); response.Code != test.status || !strings.Contains(got.Error, test.part) {
			t.Errorf("%s: %d %+v", test.path, response.Code, got)
		}
	}
}
