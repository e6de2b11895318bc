package openinference

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/portent-go/portent/domain"
)

const (
	typeJSON   = "application/json"
	typeBinary = "application/octet-stream"

	// headerDocumentSize says how many bytes of a body are its JSON document; raw
	// tensors follow it.
	headerDocumentSize = "Inference-Header-Content-Length"
)

// reply answers with JSON.
func (h *Handler) reply(w http.ResponseWriter, r *http.Request, status int, answer any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		h.fail(w, r, domain.Errorf(domain.Internal, "the answer cannot be written in JSON: %w", err)) // which can be written
		return
	}
	send(w, r, status, typeJSON, body.Bytes())
}

// ok answers with JSON and status 200.
func (h *Handler) ok(w http.ResponseWriter, r *http.Request, answer any) error {
	h.reply(w, r, http.StatusOK, answer)
	return nil
}

// send writes an answer, compressed if the client takes that and it is worth it.
func send(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Vary", "Accept-Encoding")
	if len(body) >= worthCompressing {
		if coding := chosenCoding(r.Header.Values("Accept-Encoding")); coding != "" {
			buffer := compressed(coding, body)
			defer free(buffer)
			header.Set("Content-Encoding", coding)
			body = buffer.Bytes()
		}
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that is gone is seen in the log's count of bytes
}
