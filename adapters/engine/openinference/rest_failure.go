package openinference

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/portent-go/portent/domain"
)

// restFailure makes a failure of an answer that is none.
func restFailure(response *http.Response, body []byte) error {
	status := response.StatusCode
	message, code := saidBy(response, body)
	cause := domain.Errorf(domain.Internal, "%s: %s", response.Status, message)
	after, told := retryAfter(response.Header.Get("Retry-After"))
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && (code == "overloaded" || code == "" && told):
		return overloaded(after, cause)
	case status == http.StatusServiceUnavailable, status == http.StatusBadGateway, status == http.StatusRequestTimeout, status == statusClientGone:
		return unreachable(cause)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return &failure{told: &domain.Error{Kind: domain.Unavailable, Msg: "the model's server does not accept this server's credentials"}, cause: cause}
	case status == http.StatusRequestEntityTooLarge:
		return &failure{told: &domain.Error{
			Kind: domain.Invalid, Msg: "the request is larger than the model's server accepts: " + message, Hint: "send fewer rows at once",
		}}
	case status < http.StatusBadRequest:
		return wrongAnswer("it has status %s", shortened(response.Status))
	}
	kind := restKind(status, code)
	if kind == domain.Internal {
		return &failure{told: domain.Errorf(kind, "the model's server failed: %s: %s", shortened(response.Status), message)}
	}
	return &failure{told: &domain.Error{Kind: kind, Msg: message}}
}

// statusClientGone is what some servers answer, nginx first, to a client that they
// take for gone.
const statusClientGone = 499

// restKind is the kind of a status that tells of the request and not of the
// endpoint. The server's message is passed on with all but Internal, which no
// caller sees. Portent's own code tells more than the status, which clients of the
// protocol expect to be 400.
func restKind(status int, code string) domain.Kind {
	switch {
	case code == "unsupported", status == http.StatusNotImplemented:
		return domain.Unsupported
	case status == http.StatusNotFound:
		return domain.NotFound
	case status == http.StatusGatewayTimeout:
		return domain.Timeout
	case status >= http.StatusInternalServerError:
		return domain.Internal
	default:
		return domain.Invalid
	}
}

// saidBy returns what an error's body says, in one of the forms that servers have,
// and the code that Portent's own have beside it.
func saidBy(response *http.Response, body []byte) (message, code string) {
	var told struct {
		Error  json.RawMessage
		Detail json.RawMessage // FastAPI's, of KServe and MLServer
		Code   string
	}
	if json.Unmarshal(body, &told) != nil {
		told.Code = ""
	}
	for _, said := range []json.RawMessage{told.Error, told.Detail} {
		var text string
		if json.Unmarshal(said, &text) == nil && text != "" {
			return shortened(text), told.Code
		}
		if len(said) > 0 && string(said) != "null" {
			return shortened(string(said)), told.Code
		}
	}
	if text := strings.TrimSpace(string(body)); text != "" {
		return shortened(text), told.Code
	}
	return shortened(response.Status), told.Code
}

// retryAfter reads when a server wants to be asked again, and whether it says so:
// in seconds, or as a moment.
func retryAfter(text string) (time.Duration, bool) {
	const longest = 24 * time.Hour
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, longest), true
	}
	if moment, err := http.ParseTime(text); err == nil {
		return min(max(0, time.Until(moment)), longest), true
	}
	return 0, false
}
