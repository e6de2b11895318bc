package openinference_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/openinference"
	"github.com/portent-go/portent/domain"
)

func zipped(t testing.TB, text string) string {
	t.Helper()
	var body bytes.Buffer
	w := gzip.NewWriter(&body)
	if _, err := io.WriteString(w, text); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return body.String()
}

func deflated(t testing.TB, text string) string {
	t.Helper()
	var body bytes.Buffer
	w := zlib.NewWriter(&body)
	if _, err := io.WriteString(w, text); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return body.String()
}

// long returns a handler that echoes 1,000 numbers, and a request for it.
func long(t testing.TB) (handler http.Handler, document, raw string) {
	t.Helper()
	handler = handlerOver(t, newEcho(domain.TensorSpec{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{-1}}), openinference.Options{MaxBody: 1 << 16, MaxBatch: 1000})
	numbers := make([]float32, 1000)
	for i := range numbers {
		numbers[i] = float32(i)
	}
	return handler, `{"inputs":[{"name":"x","shape":[1000],"datatype":"FP32","parameters":{"binary_data_size":4000}}],"parameters":{"binary_data_output":%v}}`, binary32(numbers...)
}

func TestCompressedRequestsAndAnswers(t *testing.T) {
	handler, document, raw := long(t)
	for _, binary := range []bool{false, true} {
		document := fmt.Sprintf(document, binary)
		plain := ask(handler, "POST", inferPath, document+raw, headerSize, strconv.Itoa(len(document)))
		if plain.Code != http.StatusOK || plain.Header().Get("Content-Encoding") != "" || plain.Header().Get("Vary") != "Accept-Encoding" {
			t.Fatalf("plain: %d %v", plain.Code, plain.Header())
		}
		for coding, compress := range map[string]func(testing.TB, string) string{"gzip": zipped, "deflate": deflated, "GZIP": zipped, "x-gzip": zipped} {
			body := compress(t, document+raw)
			response := ask(handler, "POST", inferPath, body, headerSize, strconv.Itoa(len(document)), "Content-Encoding", coding, "Accept-Encoding", coding)
			got := decompress(t, response.Header().Get("Content-Encoding"), response.Body.Bytes())
			if response.Code != http.StatusOK || got != plain.Body.String() || response.Header().Get(headerSize) != plain.Header().Get(headerSize) {
				t.Errorf("%s: %d %v", coding, response.Code, response.Header())
			}
			if length := response.Header().Get("Content-Length"); length == strconv.Itoa(len(got)) {
				t.Errorf("%s: the answer is not smaller: %s", coding, length)
			}
		}
	}
}

func decompress(t testing.TB, coding string, body []byte) string {
	t.Helper()
	var reader io.Reader
	var err error
	switch coding {
	case "gzip":
		reader, err = gzip.NewReader(bytes.NewReader(body))
	case "deflate":
		reader, err = zlib.NewReader(bytes.NewReader(body))
	default:
		t.Fatalf("Content-Encoding is %q", coding)
	}
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func TestWhatClientsAccept(t *testing.T) {
	handler, document, raw := long(t)
	document = fmt.Sprintf(document, false)
	for accepted, want := range map[string]string{
		"":                                "",
		"gzip":                            "gzip",
		"deflate":                         "deflate",
		"gzip, deflate":                   "gzip",
		"deflate, gzip":                   "gzip",
		"deflate;q=1, gzip;q=0.5":         "deflate",
		"gzip;q=0, deflate;q=0":           "",
		"gzip; q=0.5":                     "gzip",
		"br, zstd":                        "",
		"br;q=1.0, gzip;q=0.8, *;q=0.1":   "gzip",
		"*":                               "gzip",
		"gzip;q=0, *":                     "deflate",
		"*, gzip;q=0, deflate;q=0":        "",
		"x-gzip":                          "gzip",
		"*;q=0":                           "",
		"identity":                        "",
		"gzip;q=much":                     "",
		"gzip;q=7":                        "",
		"identity;q=1, gzip;q=0.001,,; ;": "gzip",
	} {
		response := ask(handler, "POST", inferPath, document+raw, headerSize, strconv.Itoa(len(document)), "Accept-Encoding", accepted)
		if got := response.Header().Get("Content-Encoding"); response.Code != http.StatusOK || got != want {
			t.Errorf("%q: %q, want %q", accepted, got, want)
		}
	}
	if response := ask(handler, "GET", "/v2", "", "Accept-Encoding", "gzip"); response.Header().Get("Content-Encoding") != "" {
		t.Errorf("a small answer is compressed: %v", response.Header())
	}
}

// TestBombsAndDamage sends what decompresses to too much, to nothing, or to half.
func TestBombsAndDamage(t *testing.T) {
	handler, _, _ := long(t)
	for coding, compress := range map[string]func(testing.TB, string) string{"gzip": zipped, "deflate": deflated} {
		bomb := compress(t, strings.Repeat(" ", 4<<20))
		exact := compress(t, strings.Repeat(" ", 1<<16))
		whole := compress(t, `{"inputs":[]}`)
		damaged := []byte(whole)
		damaged[len(damaged)-6] ^= 0xff // in the checksum
		for name, c := range map[string]struct {
			body, says string
			status     int
		}{
			"a bomb":     {bomb, "larger than 65536 bytes", 413},
			"the limit":  {exact, "the body is empty", 400},
			"half":       {whole[:len(whole)/2], "ends before its end", 400},
			"a few":      {whole[:1], "", 400},
			"nothing":    {"", "ends before its end", 400},
			"damaged":    {string(damaged), "not what its Content-Encoding says", 400},
			"not a body": {"{}{}{}{}{}{}", "not what its Content-Encoding says", 400},
		} {
			if len(c.body) > 1<<16 {
				t.Fatalf("%s: is %d bytes large itself", name, len(c.body))
			}
			response := ask(handler, "POST", inferPath, c.body, "Content-Encoding", coding)
			if got := decodeStrictly[failure](t, response.Body); response.Code != c.status || !strings.Contains(got.Error, c.says) {
				t.Errorf("%s, %s: %d %+v", coding, name, response.Code, got)
			}
		}
	}
}

// ending is a body that notes when its end is read, which tells the server beneath
// to look out for a client that leaves.
type ending struct {
	io.Reader
	read bool
}

func (e *ending) Read(p []byte) (n int, err error) {
	n, err = e.Reader.Read(p)
	e.read = e.read || errors.Is(err, io.EOF)
	return n, err
}

// TestBodiesAreReadToTheirEnd before it is predicted: a compressed one may say that
// it is over before it is.
func TestBodiesAreReadToTheirEnd(t *testing.T) {
	for coding, compress := range map[string]func(testing.TB, string) string{"gzip": zipped, "deflate": deflated, "identity": func(_ testing.TB, text string) string { return text }} {
		body := &ending{Reader: strings.NewReader(compress(t, example))}
		handler := classifier(t, func(context.Context) error {
			if !body.read {
				t.Errorf("%s: the end is not read", coding)
			}
			return nil
		})
		request := httptest.NewRequest(http.MethodPost, inferPath, body)
		request.Header.Set("Content-Encoding", coding)
		answer := httptest.NewRecorder()
		if handler.ServeHTTP(answer, request); answer.Code != http.StatusOK {
			t.Errorf("%s: %d %s", coding, answer.Code, answer.Body)
		}
	}
}
