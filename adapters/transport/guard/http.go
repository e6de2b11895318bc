package guard

import (
	"encoding/json"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// open are the paths at which anybody may ask whether the server is well: what asks
// there has nothing to show. They are compared as they are, so that no other way of
// writing a path leads past the guard.
var open = map[string]bool{"/healthz": true, "/readyz": true, "/v2/health/live": true, "/v2/health/ready": true}

// pages are the paths of pages for people and of what they are made of. A browser has
// no token to show when it goes to one, and nothing in them tells of the models.
var pages = map[string]bool{
	"/": true, "/docs": true, "/docs/": true, "/swagger": true, "/swagger/": true, "/swagger/index.html": true,
	"/swagger/swagger-ui.css": true, "/swagger/swagger-ui-bundle.js": true, "/swagger/swagger-ui-standalone-preset.js": true,
	"/swagger/favicon-16x16.png": true, "/swagger/favicon-32x32.png": true,
}

// isOpen reports whether requests for a path go past the guard: questions about the
// server's health, and the front page's files. These are small, many, and kept by
// browsers; their names change with the program. A path that is written in another
// way than the shortest is not open.
func isOpen(name string) bool {
	return open[name] || strings.HasPrefix(name, "/page/") && path.Clean(name) == name
}

// byKind is the table of errors.
var byKind = web.NewTable(http.StatusUnprocessableEntity)

const headerRequestID = "X-Request-Id"

// HTTP puts the guard before a handler. Questions about the server's health, and the
// front page's files, go past it, and for pages nothing need be shown. Who is refused
// gets 401 or 429 in the body that all errors have, with the X-Request-Id that the
// answer has by then.
func (g *Guard) HTTP(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		if isOpen(r.URL.Path) && reads {
			next.ServeHTTP(w, r)
			return
		}
		caller := Caller{Token: TokenOf(r.Header.Values(FieldAuthorization), r.Header.Values(FieldAPIKey)), Address: r.RemoteAddr, TLS: r.TLS}
		admit := g.Admit
		if pages[r.URL.Path] && reads {
			admit = g.AdmitAnybody
		}
		if err := admit(caller); err != nil {
			refuse(w, r, caller, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func refuse(w http.ResponseWriter, r *http.Request, caller Caller, err error) {
	refused, header := byKind.RefusalOf(err), w.Header()
	switch refused.Reason.Kind {
	case domain.Unauthenticated:
		challenge := `Bearer realm="portent"`
		if caller.Token != nil {
			challenge += `, error="invalid_token"`
		}
		header.Set("WWW-Authenticate", challenge)
	case domain.RateLimited:
		header.Set("Retry-After", web.RetryAfter(refused.Reason.RetryAfter))
	}
	answer := refused.Answer(header.Get(headerRequestID))
	if answer.Hint != "" && strings.HasPrefix(r.URL.Path, "/v2") {
		answer.Error += " (" + answer.Hint + ")" // most clients of the protocol show nothing but the error
	}
	text, _ := json.Marshal(answer) // of strings, which cannot fail
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(text)+1))
	w.WriteHeader(refused.Row.Status)
	_, _ = w.Write(append(text, '\n')) // whoever does not read it is refused all the same
	letFinish(w, r)
}

// mostUnread is how much of a refused request's body is taken in.
const mostUnread = 256 << 10

// letFinish takes in what is left of a small body after the answer is out. A
// connection that is closed with something unread is reset, and the client may lose
// the answer. The standard library does the same where a connection is kept. A
// client that waits to be asked for its body is not asked.
func letFinish(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Expect") != "" || http.NewResponseController(w).Flush() != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, r.Body, mostUnread)
}
