package swaggerui_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/httpapi/internal/swaggerui"
)

// contentTypes are those of all files.
var contentTypes = map[string]string{
	"swagger-ui.css":       "text/css; charset=utf-8",
	"swagger-ui-bundle.js": "text/javascript; charset=utf-8",
	"favicon-16x16.png":    "image/png",
	"favicon-32x32.png":    "image/png",
}

// get asks for a file with pairs of a header's name and value.
func get(t *testing.T, method, name string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequest(method, "/swagger/"+name, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	if err := swaggerui.Serve(recorder, request, name); err != nil {
		t.Fatal(err)
	}
	return recorder
}

// TestFilesAreTheSameCompressed asks for each file in both ways.
func TestFilesAreTheSameCompressed(t *testing.T) {
	for name, contentType := range contentTypes {
		plain, compressed := get(t, "GET", name), get(t, "GET", name, "Accept-Encoding", "gzip, deflate, br")
		for _, response := range []*httptest.ResponseRecorder{plain, compressed} {
			header := response.Header()
			if response.Code != http.StatusOK || header.Get("Content-Type") != contentType || header.Get("Cache-Control") != "public, max-age=3600" {
				t.Errorf("%s: %d %v", name, response.Code, header)
			}
			if length := header.Get("Content-Length"); length != strconv.Itoa(response.Body.Len()) || length == "0" {
				t.Errorf("%s: Content-Length %s of %d bytes", name, length, response.Body.Len())
			}
		}
		if strings.HasSuffix(name, ".png") {
			if compressed.Header().Get("Content-Encoding") != "" || !bytes.Equal(plain.Body.Bytes(), compressed.Body.Bytes()) {
				t.Errorf("%s is compressed twice", name)
			}
			continue
		}
		if compressed.Header().Get("Content-Encoding") != "gzip" || compressed.Header().Get("Vary") != "Accept-Encoding" || plain.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %v, %v", name, compressed.Header(), plain.Header())
		}
		if plain.Header().Get("ETag") == compressed.Header().Get("ETag") {
			t.Errorf("%s: one ETag for two contents", name)
		}
		r, err := gzip.NewReader(compressed.Body)
		if err != nil {
			t.Fatal(err)
		}
		if content, err := io.ReadAll(r); err != nil || !bytes.Equal(content, plain.Body.Bytes()) {
			t.Errorf("%s: %d bytes decompressed, %d plain, %v", name, len(content), plain.Body.Len(), err)
		}
	}
}

func TestOnlyThoseWhoTakeGzipGetIt(t *testing.T) {
	for accepted, want := range map[string]bool{
		"gzip": true, "GZIP": true, "br;q=1.0, gzip;q=0.8": true, " gzip ; q=0.001": true, "deflate, gzip": true, "gzip;q": true,
		"": false, "br": false, "gzip;q=0": false, "gzip; q=0.000": false, "*": false, "gzipped": false, "identity": false,
	} {
		response := get(t, "GET", "swagger-ui.css", "Accept-Encoding", accepted)
		if got := response.Header().Get("Content-Encoding") == "gzip"; got != want {
			t.Errorf("%q: compressed is %v", accepted, got)
		}
	}
	if response := get(t, "GET", "swagger-ui.css", "Accept-Encoding", "br", "Accept-Encoding", "gzip"); response.Header().Get("Content-Encoding") != "gzip" {
		t.Error("the second of two headers is not read")
	}
}

func TestWhatIsKnownIsNotSentAgain(t *testing.T) {
	for _, accepted := range []string{"gzip", "identity"} {
		first := get(t, "GET", "swagger-ui.css", "Accept-Encoding", accepted)
		again := get(t, "GET", "swagger-ui.css", "Accept-Encoding", accepted, "If-None-Match", first.Header().Get("ETag"))
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s: %d, %d bytes", accepted, again.Code, again.Body.Len())
		}
		head := get(t, "HEAD", "swagger-ui.css", "Accept-Encoding", accepted)
		if head.Code != http.StatusOK || head.Body.Len() != 0 || head.Header().Get("Content-Length") != strconv.Itoa(first.Body.Len()) {
			t.Errorf("%s: HEAD gives %d, %v", accepted, head.Code, head.Header())
		}
	}
}

func TestOtherFilesAreNotThere(t *testing.T) {
	for _, name := range []string{"", "index.html", "swagger-ui.css.gz", "swagger-ui.js", "../doc.go"} {
		recorder := httptest.NewRecorder()
		if err := swaggerui.Serve(recorder, httptest.NewRequest(http.MethodGet, "/", nil), name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
		if len(recorder.Header()) > 0 || recorder.Body.Len() > 0 {
			t.Errorf("%q: something is answered", name)
		}
	}
}
