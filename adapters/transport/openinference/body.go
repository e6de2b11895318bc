package openinference

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// knownTypes are the content types of a body. Clients of Triton send none, and
// curl -d the last one, whatever the body is.
var knownTypes = []string{typeJSON, typeBinary, "application/x-www-form-urlencoded"}

// readBody reads a request's whole body. The caller frees it.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request) (*web.Body, error) {
	if err := checkType(r.Header.Values("Content-Type")); err != nil {
		return nil, err
	}
	if r.ContentLength > h.options.MaxBody {
		return nil, web.BodyTooLarge(h.options.MaxBody) // without reading any of it
	}
	r.Body = http.MaxBytesReader(w, r.Body, h.options.MaxBody)
	reader, err := decompressed(r, h.options.MaxBody)
	if err != nil {
		return nil, err
	}
	body, err := web.ReadBody(reader)
	if err != nil {
		return nil, notCompressed(r, err)
	}
	// A compressed body says itself where it ends. Whether its client leaves is looked
	// at from the end of what is sent.
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		body.Free()
		return nil, web.ReadingBody(r, err)
	}
	return body, nil
}

func checkType(given []string) error {
	if len(given) == 0 {
		return nil
	}
	contentType, parameters, err := mime.ParseMediaType(given[0])
	charset, hasCharset := parameters["charset"]
	if err == nil && len(given) == 1 && slices.Contains(knownTypes, contentType) && (!hasCharset || strings.EqualFold(charset, "utf-8")) {
		return nil
	}
	known, got := strings.Join(knownTypes[:2], " or "), web.Shortened(strings.Join(given, ", "))
	return web.Refusal{Row: web.MediaType, Reason: &domain.Error{
		Kind: domain.Unsupported, Msg: fmt.Sprintf("the Content-Type %q is not known", got), Expected: known, Got: got,
		Hint: "send JSON, with raw tensors behind it or without",
	}}
}

// documentSize returns how many bytes of a body are its JSON document: all where
// the header does not say, 0 for a body that is nothing but a raw tensor.
func documentSize(r *http.Request, body []byte) (int, error) {
	given := r.Header.Values(headerDocumentSize)
	if len(given) == 0 {
		return len(body), nil
	}
	text := web.Shortened(strings.Join(given, ", "))
	size, err := strconv.ParseUint(given[0], 10, 63)
	if err != nil || len(given) > 1 {
		return 0, wrongSize(fmt.Sprintf("is %q, expected one whole number", text), "a number of bytes", text)
	}
	if size > uint64(len(body)) {
		return 0, wrongSize(fmt.Sprintf("is %d, but the body has %d bytes", size, len(body)), fmt.Sprintf("at most %d", len(body)), text)
	}
	return int(size), nil
}

func wrongSize(msg, expected, got string) error {
	return &domain.Error{
		Kind: domain.Invalid, Field: headerDocumentSize, Msg: msg, Expected: expected, Got: got,
		Hint: "it is the number of bytes of the JSON document; leave it out where no raw tensor follows",
	}
}
