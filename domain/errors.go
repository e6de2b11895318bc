package domain

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of thing went wrong, so that a caller or a transport can
// act on it without reading the message.
type Kind uint8

// The kinds of error.
const (
	Internal        Kind = iota // our fault; details are for the log, not for the caller
	Invalid                     // the input is not what was asked for
	NotFound                    // no such model, version or resource
	Unsupported                 // right in itself, but not something this engine can do
	Overloaded                  // too much work at once; try again later
	Unavailable                 // not ready yet, or draining
	Timeout                     // the deadline passed
	Canceled                    // the caller went away
	Unauthenticated             // the caller has not shown who it is
	RateLimited                 // the caller has asked for more than its share
)

var kindNames = [...]string{"internal", "invalid", "not found", "unsupported", "overloaded", "unavailable", "timeout", "canceled", "unauthenticated", "rate limited"}

// String returns the kind in words.
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		return fmt.Sprintf("Kind(%d)", uint8(k))
	}
	return kindNames[k]
}

// Kinds returns every kind of error there is.
func Kinds() []Kind {
	kinds := make([]Kind, len(kindNames))
	for i := range kinds {
		kinds[i] = Kind(i)
	}
	return kinds
}

// Error is the error of this project: a kind, the place it happened, and a
// message for a person. Expected, Got and Hint are set where they help.
type Error struct {
	Kind     Kind
	Field    string // the value concerned, such as "pixel_values" or "input[1][4]"; may be empty
	Msg      string // a sentence without the field, such as "has 31 values, expected 32"
	Expected string
	Got      string
	Hint     string // what to do about it, where the mistake is a known one
	Err      error  // the cause, told after the message; may be nil

	RetryAfter time.Duration // with Overloaded, Unavailable and RateLimited: when it is worth trying again; 0 is unknown

	cause error // a cause that the message tells already
}

// Error returns "field: message: cause", without the parts that are empty.
func (e *Error) Error() string {
	text := e.Msg
	if text == "" {
		text = e.Kind.String()
	}
	if e.Field != "" {
		text = e.Field + ": " + text
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error {
	if e.Err != nil {
		return e.Err
	}
	return e.cause
}

// Errorf returns an Error of the given kind. A cause given by %w can be found by
// errors.Is and errors.As; the message holds its text.
func Errorf(kind Kind, format string, args ...any) *Error {
	wrapped := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Msg: wrapped.Error(), cause: errors.Unwrap(wrapped)}
}

// KindOf returns the kind of err: that of the first Error in its chain, Timeout
// and Canceled for the context's errors, and Internal for all others.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout
	case errors.Is(err, context.Canceled):
		return Canceled
	default:
		return Internal
	}
}

// FromContext returns the context's error as an Error of kind Timeout or
// Canceled, nil while the context is alive. The message says what was going on,
// such as "waiting for a run state".
func FromContext(ctx context.Context, doing string) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	return &Error{Kind: KindOf(err), Msg: "stopped while " + doing, Err: err}
}
