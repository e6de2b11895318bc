package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/httpapi"
)

// askQuery sends a request whose query and id are of any bytes.
func askQuery(handler http.Handler, a asked, query, id string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(a.method, a.path, strings.NewReader(a.body))
	request.URL = &url.URL{Path: a.path, RawQuery: query}
	request.Header["Content-Type"] = []string{a.contentType}
	request.Header["X-Request-Id"] = []string{id}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

// BenchmarkPredict measures everything around an engine that does nothing, for
// each door.
func BenchmarkPredict(b *testing.B) {
	handler := handlerOver(b, &fake{idle: true}, httpapi.Options{})
	for _, d := range doors(b) {
		b.Run(d.name, func(b *testing.B) {
			b.SetBytes(int64(len(d.body)))
			b.ReportAllocs()
			for b.Loop() {
				if response := ask(handler, d.method, d.path, d.contentType, d.body); response.Code != 200 {
					b.Fatal(response.Body)
				}
			}
		})
	}
}

// BenchmarkNew measures what the documents cost at start.
func BenchmarkNew(b *testing.B) {
	classifier := classifierOver(b, &fake{}, card(), emptyOptions)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := httpapi.New(classifier, httpapi.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
