package main

import (
	"context"
	"net/http"

	"github.com/spf13/pflag"

	"github.com/portent-go/portent/adapters/observe/metrics"
	"github.com/portent-go/portent/adapters/transport/guard"
	"github.com/portent-go/portent/adapters/transport/guard/grpcguard"
	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain"
)

// guardSettings say who may ask, and how often.
type guardSettings struct {
	tokenFile string
	origins   []string
	rate      float64
	burst     int

	tokens *guard.Tokens // once opened; nil if none is asked for
	guard  *guard.Guard
	cors   func(http.Handler) http.Handler // nil if it is off
}

func (s *guardSettings) flags(flags *pflag.FlagSet) {
	flags.StringVar(&s.tokenFile, "token-file", "", "file with a token a line, of which callers must show one (health and readiness excepted)")
	flags.StringSliceVar(&s.origins, "cors-origin", nil, "origins whose pages browsers let ask and read answers, such as https://app.example; * for all (default: none)")
	flags.Float64Var(&s.rate, "rate", 0, "requests a second that a caller, told by its token, certificate or address, may make on average; 0: any number")
	flags.IntVar(&s.burst, "burst", 0, "requests that a caller may make at once, with --rate (default: one second's)")
}

// open reads the tokens and makes the guard.
func (s *guardSettings) open(certificate bool) (err error) {
	if s.tokenFile != "" {
		if s.tokens, err = guard.OpenTokens(s.tokenFile); err != nil {
			return err
		}
	}
	if len(s.origins) > 0 {
		if s.cors, err = guard.CORS(s.origins); err != nil {
			return err
		}
	}
	s.guard, err = guard.New(guard.Options{Tokens: s.tokens, Certificate: certificate, Rate: s.rate, Burst: s.burst})
	return err
}

// observe has among the metrics who is refused.
func (s *guardSettings) observe(m *metrics.Metrics) error {
	for _, kind := range []domain.Kind{domain.Unauthenticated, domain.RateLimited} {
		if err := m.AddRefused(kind, func() int64 { return s.guard.Refused(kind) }); err != nil {
			return err
		}
	}
	return nil
}

// overHTTP is what is before the HTTP server's routes. What browsers ask beforehand
// comes without a token, so it is answered first.
func (s *guardSettings) overHTTP() []func(http.Handler) http.Handler {
	if s.cors == nil {
		return []func(http.Handler) http.Handler{s.guard.HTTP}
	}
	return []func(http.Handler) http.Handler{s.cors, s.guard.HTTP}
}

// asked is what the documents say of that.
func (s *guardSettings) asked(certificate bool) httpapi.Asked {
	return httpapi.Asked{Token: s.tokens != nil, Certificate: certificate, Share: s.rate > 0}
}

func (s *guardSettings) overGRPC() func(ctx context.Context, method string) error {
	return grpcguard.Admit(s.guard)
}
