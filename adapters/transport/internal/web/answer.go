package web

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/portent-go/portent/domain"
)

// ErrorAnswer is the body of every error.
type ErrorAnswer struct {
	// What is wrong, for a person.
	Error string `json:"error" example:"input[1][4] has 31 values, expected 32"`
	// What is wrong, for a program.
	Code string `json:"code" example:"invalid_input"`
	// Where, as a JSON pointer into the request.
	Path     string `json:"path,omitempty" example:"/input/1/4"`
	Expected string `json:"expected,omitempty" example:"32 values"`
	Got      string `json:"got,omitempty" example:"31 values"`
	// What to do about it, where the mistake is a known one.
	Hint string `json:"hint,omitempty"`
	// Under which the server's log tells of the request.
	RequestID string `json:"request_id" example:"WAJ3ROBPDV7Q3BPSJ5LTGAJHGR"`
} // @name Error

// Answer returns what the caller is told. Of a fault of the server that is no
// more than where to look.
func (r Refusal) Answer(requestID string) ErrorAnswer {
	answer := ErrorAnswer{Code: r.Row.Code, RequestID: requestID}
	if r.Reason.Kind == domain.Internal {
		answer.Error = "internal error; the server's log tells more under this request_id"
		return answer
	}
	answer.Error, answer.Path = sentence(r.Reason), r.Pointer
	answer.Expected, answer.Got, answer.Hint = r.Reason.Expected, r.Reason.Got, r.Reason.Hint
	return answer
}

// sentence returns the error in words. A message such as "has 31 values"
// continues the field's name, others follow it after a colon.
func sentence(e *domain.Error) string {
	text := e.Error()
	if rest, ok := strings.CutPrefix(text, e.Field+": "); ok && e.Field != "" {
		for _, verb := range []string{"has ", "is ", "holds ", "must "} {
			if strings.HasPrefix(rest, verb) {
				return e.Field + " " + rest
			}
		}
	}
	return text
}

// AskAgain reports whether the refusal tells the caller to come back, and when.
func (r Refusal) AskAgain() bool {
	return r.Row.Status == http.StatusServiceUnavailable || r.Row.Status == http.StatusTooManyRequests
}

// RetryAfter returns whole seconds, rounded up, at least one.
func RetryAfter(d time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(d.Seconds()))))
}

// Shortened cuts what a caller sent to a length that fits a message.
func Shortened(text string) string {
	const most = 100
	if len(text) > most {
		text = text[:most] + "..."
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// ServerTiming returns the value of a Server-Timing header that says where the
// time of a prediction went.
func ServerTiming(decode, queue, infer, encode time.Duration) string {
	milliseconds := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return fmt.Sprintf("decode;dur=%.3f, queue;dur=%.3f, infer;dur=%.3f, encode;dur=%.3f",
		milliseconds(decode), milliseconds(queue), milliseconds(infer), milliseconds(encode))
}
