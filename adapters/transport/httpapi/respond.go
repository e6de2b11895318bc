package httpapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// answers holds buffers in which answers are put together. What is in one has
// been written before it goes back.
var answers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// encode puts an answer in JSON into a buffer of the pool. Numbers are in the
// shortest form that reads back as the same float32.
func encode(answer any) (*bytes.Buffer, error) {
	buffer := answers.Get().(*bytes.Buffer)
	buffer.Reset()
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		answers.Put(buffer)
		return nil, domain.Errorf(domain.Internal, "the answer cannot be written in JSON: %w", err)
	}
	return buffer, nil
}

// send writes an answer that encode has made.
func send(w http.ResponseWriter, status int, body *bytes.Buffer) {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a client that is gone is seen in the log's count of bytes
	answers.Put(body)
}

// reply answers with JSON.
func (h *Handler) reply(w http.ResponseWriter, r *http.Request, status int, answer any) {
	body, err := encode(answer)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	send(w, status, body)
}

// predicted answers with predictions and says where the time went.
func (h *Handler) predicted(w http.ResponseWriter, r *http.Request, answer any) {
	x := w.(*exchange)
	start := time.Now()
	body, err := encode(answer)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	x.encode = time.Since(start)
	w.Header().Set("Server-Timing", web.ServerTiming(x.decode, x.timings.Queue, x.timings.Infer, x.encode))
	send(w, http.StatusOK, body)
}

// fail answers with an error and keeps it for the log.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	x := w.(*exchange)
	x.failure = err
	refused := byKind.RefusalOf(err)
	if refused.AskAgain() {
		w.Header().Set("Retry-After", web.RetryAfter(refused.Reason.RetryAfter))
	}
	h.reply(w, r, refused.Row.Status, refused.Answer(x.id))
}
