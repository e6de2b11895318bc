//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// httpAsk is a request over HTTP, byte by byte, and what may be answered.
type httpAsk struct {
	name  string
	raw   []byte
	want  []byte // the whole body of the right answer; nil: it must be refused
	may   []int  // statuses of refusals
	plain bool   // Go's HTTP server may refuse it before the program sees it
}

// busy are the refusals that a valid request may get.
var busy = []int{http.StatusServiceUnavailable, http.StatusGatewayTimeout}

// newHTTPAsk returns a request of its parts. Further headers are whole lines.
func newHTTPAsk(name, method, path, contentType string, body []byte, headers ...string) *httpAsk {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: soak\r\n", method, path)
	if contentType != "" {
		fmt.Fprintf(&b, "Content-Type: %s\r\n", contentType)
	}
	if body != nil || method == http.MethodPost {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	for _, header := range headers {
		b.WriteString(header + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(body)
	return &httpAsk{name: name, raw: b.Bytes(), may: busy}
}

// httpAnswer is a whole answer.
type httpAnswer struct {
	status int
	header http.Header
	body   []byte
	last   bool // the server closes the connection after it
}

// refusal is the documented form of an error.
type refusal struct {
	Error, Code string
	RequestID   string `json:"request_id"`
}

// codes are the documented codes of each status.
var codes = map[int][]string{
	400: {"malformed", "invalid_input", "unsupported"}, 401: {"unauthenticated"}, 403: {"forbidden"}, 404: {"not_found"},
	405: {"method_not_allowed"}, 408: {"request_timeout"}, 413: {"too_large"}, 415: {"unsupported_media_type"},
	422: {"invalid_input", "unsupported"}, 429: {"rate_limited"}, 499: {"canceled"}, 503: {"overloaded", "unavailable"}, 504: {"timeout"},
}

// judge says what an answer is. The reason is one of a few for what is well.
func (a *httpAsk) judge(got *httpAnswer) (outcome, string) {
	if got.status == http.StatusOK {
		switch {
		case a.want == nil:
			return wrong, fmt.Sprintf("%s: was answered: %.200s", a.name, got.body)
		case !bytes.Equal(got.body, a.want):
			return wrong, fmt.Sprintf("%s: answered %.300q, expected %.300q", a.name, got.body, a.want)
		}
		return accepted, ""
	}
	if a.plain && got.isPlain() {
		return refused, fmt.Sprintf("%d by Go's HTTP server", got.status)
	}
	var r refusal
	err := json.Unmarshal(got.body, &r)
	switch {
	case err != nil, r.Error == "", r.RequestID == "", r.RequestID != got.header.Get("X-Request-Id"), got.header.Get("Content-Type") != "application/json":
		return wrong, fmt.Sprintf("%s: status %d not in the documented form: %v %.300q", a.name, got.status, got.header, got.body)
	case !slices.Contains(codes[got.status], r.Code), !slices.Contains(a.may, got.status):
		return wrong, fmt.Sprintf("%s: status %d with code %s must not come: %s", a.name, got.status, r.Code, r.Error)
	}
	if got.status == http.StatusServiceUnavailable {
		if seconds, err := strconv.Atoi(got.header.Get("Retry-After")); err != nil || seconds < 1 {
			return wrong, fmt.Sprintf("%s: status 503 without Retry-After", a.name)
		}
	}
	return refused, fmt.Sprintf("%d %s", got.status, r.Code)
}

// isPlain reports whether an answer is one that Go's HTTP server and the router give
// before the program sees the request.
func (got *httpAnswer) isPlain() bool {
	if got.status == http.StatusMovedPermanently { // to the path as it is written properly
		return len(got.body) == 0 && got.header.Get("Location") != ""
	}
	ofHTTP := slices.Contains([]int{400, 417, 431, 501, 505}, got.status) && got.last && got.header.Get("X-Request-Id") == ""
	return ofHTTP && (len(got.body) == 0 || strings.HasPrefix(got.header.Get("Content-Type"), "text/plain"))
}
