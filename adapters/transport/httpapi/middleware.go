package httpapi

import (
	"crypto/rand"
	"errors"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/portent-go/portent/domain"
)

// ServeHTTP answers a request. Around the routes it does what all requests need:
// an id, headers against abuse, a log line, and an answer when a handler panics.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	x := &exchange{ResponseWriter: w, id: requestID(r), repository: h.repository}
	h.commonHeaders(x)
	defer func() { x.log(r.Context(), h.options.Logger, r, time.Since(start)) }()
	defer h.recovered(x, r)
	r, cancel, err := withTimeout(r)
	if err != nil {
		h.fail(x, r, err)
		return
	}
	defer cancel()
	h.entrance.ServeHTTP(x, r)
}

func (h *Handler) commonHeaders(x *exchange) {
	header := x.Header()
	header.Set("X-Request-Id", x.id)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
}

// recovered answers in place of a handler that has panicked.
func (h *Handler) recovered(x *exchange, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	h.options.Logger.ErrorContext(r.Context(), "a handler panicked", "cause", cause, "request_id", x.id, "stack", string(debug.Stack()))
	if x.status != 0 { // part of an answer is out: only breaking the connection tells that it is not whole
		panic(http.ErrAbortHandler)
	}
	h.fail(x, r, domain.Errorf(domain.Internal, "panic: %v", cause))
}

// requestID returns the caller's id of the request if it can be put in a header
// and a log line as it is, else a new one.
func requestID(r *http.Request) string {
	const longest = 128
	id := r.Header.Get("X-Request-Id")
	if id == "" || len(id) > longest {
		return rand.Text()
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return rand.Text()
		}
	}
	return id
}
