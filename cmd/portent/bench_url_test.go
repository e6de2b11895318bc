package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestBenchOfAServerWithoutModels(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") }))
	defer server.Close()
	r := portent(t, nil, nil, append([]string{"bench", server.URL}, quick...)...)
	if r.err == nil || !strings.Contains(r.stderr, "has no model that is ready") || strings.Contains(r.stderr, "NAME") {
		t.Errorf("%v %s", r.err, r.stderr)
	}
}
