package web

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/portent-go/portent/adapters/format/jsontensor"
	"github.com/portent-go/portent/domain"
)

// Row is what a sort of error becomes on HTTP.
type Row struct {
	Status int
	Code   string // for programs, such as "invalid_input"
}

// Table is how each of the domain's kinds of error is answered.
type Table map[domain.Kind]Row

// NewTable returns the table in which what a caller has asked for wrongly has the
// status given.
func NewTable(invalid int) Table {
	return Table{
		domain.Internal:    {http.StatusInternalServerError, "internal"},
		domain.Invalid:     {invalid, "invalid_input"},
		domain.NotFound:    {http.StatusNotFound, "not_found"},
		domain.Unsupported: {invalid, "unsupported"},
		domain.Overloaded:  {http.StatusServiceUnavailable, "overloaded"},
		domain.Unavailable: {http.StatusServiceUnavailable, "unavailable"},
		domain.Timeout:     {http.StatusGatewayTimeout, "timeout"},
		domain.Canceled:    {statusClientGone, "canceled"},

		domain.Unauthenticated: {http.StatusUnauthorized, "unauthenticated"},
		domain.RateLimited:     {http.StatusTooManyRequests, "rate_limited"},
	}
}

// The rows for what only HTTP knows.
var (
	Malformed = Row{http.StatusBadRequest, "malformed"} // not what its Content-Type says: the bytes are broken
	Forbidden = Row{http.StatusForbidden, "forbidden"}
	NotFound  = Row{http.StatusNotFound, "not_found"}
	Method    = Row{http.StatusMethodNotAllowed, "method_not_allowed"}
	Slow      = Row{http.StatusRequestTimeout, "request_timeout"} // the caller did not send its body in time
	TooLarge  = Row{http.StatusRequestEntityTooLarge, "too_large"}
	MediaType = Row{http.StatusUnsupportedMediaType, "unsupported_media_type"}
)

// statusClientGone is mostly for the log: hardly anybody reads the answer. nginx
// made the number known.
const statusClientGone = 499

// Refusal is an error with its row of the table, where it has one that its kind
// does not tell, and its place as a JSON pointer.
type Refusal struct {
	Row     Row
	Reason  *domain.Error
	Pointer string
}

func (r Refusal) Error() string { return r.Reason.Error() }

// Unwrap returns the reason.
func (r Refusal) Unwrap() error { return r.Reason }

// Broken refuses bytes that are not what they should be.
func Broken(reason domain.Error) error {
	reason.Kind = domain.Invalid
	return Refusal{Row: Malformed, Reason: &reason}
}

// PointerOf returns the JSON pointer of a field written as "images[3]".
func PointerOf(field string) string {
	if field == "" {
		return ""
	}
	return "/" + strings.TrimSuffix(strings.NewReplacer("[", "/", "]", "").Replace(field), "/")
}

// RefusalOf finds the row for an error, whatever made it.
func (t Table) RefusalOf(err error) Refusal {
	var refused Refusal
	if errors.As(err, &refused) {
		return refused
	}
	var inDocument *jsontensor.Error
	if errors.As(err, &inDocument) {
		row := t[inDocument.Reason.Kind]
		if inDocument.Malformed {
			row = Malformed
		}
		return Refusal{Row: row, Reason: inDocument.Reason, Pointer: inDocument.Pointer}
	}
	kind := domain.KindOf(err)
	refused = Refusal{Row: t[kind], Reason: &domain.Error{Kind: kind, Msg: err.Error(), Err: err}}
	var reason *domain.Error
	if errors.As(err, &reason) {
		refused.Reason = reason
	}
	return refused
}

// ReadingBody explains why a request's body could not be read to its end.
func ReadingBody(r *http.Request, err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return BodyTooLarge(tooLarge.Limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return Refusal{Row: Slow, Reason: &domain.Error{Kind: domain.Timeout, Msg: "the body did not arrive in time"}}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return Broken(domain.Error{Msg: "the body ends before its end", Expected: "a whole body", Got: "a part of it", Err: err})
	case r.Context().Err() != nil:
		return domain.FromContext(r.Context(), "reading the body")
	default:
		return Broken(domain.Error{Msg: "the body cannot be read", Err: err})
	}
}
