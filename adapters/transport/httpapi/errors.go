package httpapi

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/portent-go/portent/adapters/format/jsontensor"
	"github.com/portent-go/portent/domain"
)

// row is what a sort of error becomes on HTTP.
type row struct {
	status int
	code   string
}

// byKind is the table of errors: how each of the domain's kinds is answered.
var byKind = map[domain.Kind]row{
	domain.Internal:    {http.StatusInternalServerError, "internal"},
	domain.Invalid:     {http.StatusUnprocessableEntity, "invalid_input"},
	domain.NotFound:    {http.StatusNotFound, "not_found"},
	domain.Unsupported: {http.StatusUnprocessableEntity, "unsupported"},
	domain.Overloaded:  {http.StatusServiceUnavailable, "overloaded"},
	domain.Unavailable: {http.StatusServiceUnavailable, "unavailable"},
	domain.Timeout:     {http.StatusGatewayTimeout, "timeout"},
	domain.Canceled:    {statusClientGone, "canceled"},
}

// The rest of the table: what only HTTP knows.
var (
	rowMalformed = row{http.StatusBadRequest, "malformed"} // not what its Content-Type says: the bytes are broken
	rowNotFound  = byKind[domain.NotFound]
	rowMethod    = row{http.StatusMethodNotAllowed, "method_not_allowed"}
	rowSlow      = row{http.StatusRequestTimeout, "request_timeout"} // the caller did not send its body in time
	rowTooLarge  = row{http.StatusRequestEntityTooLarge, "too_large"}
	rowMediaType = row{http.StatusUnsupportedMediaType, "unsupported_media_type"}
)

// statusClientGone is mostly for the log: hardly anybody reads the answer. nginx
// made the number known.
const statusClientGone = 499

// refusal is an error with its row of the table, where it has one that its kind
// does not tell, and its place as a JSON pointer.
type refusal struct {
	row     row
	reason  *domain.Error
	pointer string
}

func (r refusal) Error() string { return r.reason.Error() }
func (r refusal) Unwrap() error { return r.reason }

// malformed refuses bytes that are broken.
func malformed(reason domain.Error) error {
	reason.Kind = domain.Invalid
	return refusal{row: rowMalformed, reason: &reason}
}

// invalid refuses a value that is well-formed but not what is asked for, named
// by its field.
func invalid(field, msg, expected, got, hint string) error {
	return refusal{
		row: byKind[domain.Invalid], pointer: pointerOf(field),
		reason: &domain.Error{Kind: domain.Invalid, Field: field, Msg: msg, Expected: expected, Got: got, Hint: hint},
	}
}

// pointerOf returns the JSON pointer of a field written as "images[3]".
func pointerOf(field string) string {
	if field == "" {
		return ""
	}
	return "/" + strings.TrimSuffix(strings.NewReplacer("[", "/", "]", "").Replace(field), "/")
}

// refusalOf finds the row for an error, whatever made it.
func refusalOf(err error) refusal {
	var refused refusal
	if errors.As(err, &refused) {
		return refused
	}
	var inDocument *jsontensor.Error
	if errors.As(err, &inDocument) {
		row := byKind[inDocument.Reason.Kind]
		if inDocument.Malformed {
			row = rowMalformed
		}
		return refusal{row: row, reason: inDocument.Reason, pointer: inDocument.Pointer}
	}
	kind := domain.KindOf(err)
	refused = refusal{row: byKind[kind], reason: &domain.Error{Kind: kind, Msg: err.Error(), Err: err}}
	var reason *domain.Error
	if errors.As(err, &reason) {
		refused.reason = reason
	}
	return refused
}

// readingBody explains why a body could not be read to its end.
func readingBody(r *http.Request, err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return bodyTooLarge(tooLarge.Limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refusal{row: rowSlow, reason: &domain.Error{Kind: domain.Timeout, Msg: "the body did not arrive in time"}}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return malformed(domain.Error{Msg: "the body ends before its end", Expected: "a whole body", Got: "a part of it", Err: err})
	case r.Context().Err() != nil:
		return domain.FromContext(r.Context(), "reading the body")
	default:
		return malformed(domain.Error{Msg: "the body cannot be read", Err: err})
	}
}
