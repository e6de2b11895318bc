package guard

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/rs/cors"

	"github.com/portent-go/portent/domain"
)

// anyOrigin stands for all origins.
const anyOrigin = "*"

// CORS returns what puts an allow-list of origins before a handler: browsers let
// pages of these origins send requests and read the answers. An origin is
// scheme://host[:port] as browsers send it, or * for all. Questions that browsers
// ask beforehand are answered at once, for they come without a token. Credentials
// that a browser would add by itself are not allowed for. No origin, or one that is
// none, is an error of kind Invalid.
func CORS(origins []string) (func(http.Handler) http.Handler, error) {
	if len(origins) == 0 {
		return nil, &domain.Error{Kind: domain.Invalid, Field: "origins", Msg: "there is none"}
	}
	for _, origin := range origins {
		if err := checkOrigin(origin); err != nil {
			return nil, err
		}
	}
	const maxAge = 600 // seconds
	return cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost},
		AllowedHeaders: []string{
			"Accept", "Authorization", "Content-Encoding", "Content-Type", "Inference-Header-Content-Length",
			"Traceparent", "Tracestate", "X-Api-Key", headerRequestID, "X-Request-Timeout",
		},
		ExposedHeaders: []string{"Inference-Header-Content-Length", "Retry-After", "Server-Timing", "Www-Authenticate", headerRequestID},
		MaxAge:         maxAge,
	}).Handler, nil
}

func checkOrigin(origin string) error {
	if origin == anyOrigin {
		return nil
	}
	u, err := url.Parse(origin)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.Scheme+"://"+u.Host == origin && !strings.Contains(origin, anyOrigin) {
		return nil
	}
	return &domain.Error{
		Kind: domain.Invalid, Field: "origin", Msg: fmt.Sprintf("%q is none", origin), Expected: "scheme://host[:port], such as https://app.example, or *",
		Hint: "an origin has no path, and no slash at its end",
	}
}
