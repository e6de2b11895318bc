package httpapi

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// timeoutHeader is where a caller says how many seconds it will wait, such as 0.5.
// What would be answered later is not worth computing.
const timeoutHeader = "X-Request-Timeout"

// withTimeout returns the request with the caller's deadline, and what frees it.
func withTimeout(r *http.Request) (*http.Request, context.CancelFunc, error) {
	text := r.Header.Get(timeoutHeader)
	if text == "" {
		return r, func() {}, nil
	}
	const longest = 24 * time.Hour
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(seconds > 0) || math.IsInf(seconds, 0) {
		return r, func() {}, web.Broken(domain.Error{
			Field: timeoutHeader, Msg: "is " + web.Shortened(text), Expected: "a number of seconds, such as 0.5", Got: web.Shortened(text),
		})
	}
	timeout := longest
	if seconds < longest.Seconds() {
		timeout = time.Duration(seconds * float64(time.Second))
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	return r.WithContext(ctx), cancel, nil
}
