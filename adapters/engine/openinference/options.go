package openinference

import (
	"context"
	"crypto/tls"
	"log/slog"
	"time"

	"github.com/portent-go/portent/domain"
)

// Options say which model an Engine runs, where and how. Endpoints and Model must
// be set; else the zero value asks for the defaults.
type Options struct {
	// Endpoints are the servers, which serve the same model: grpc://host:port or
	// http://host:port, with TLS grpcs:// or https://. Forms may be mixed.
	Endpoints []string
	// Model is the model's name there.
	Model string
	// Version is the version to run. Default: the server's choice.
	Version string
	// Signature is what the model takes and gives. Default: the server is asked,
	// which some answer with nothing. What a server does say must be the same.
	Signature domain.Signature
	// Token gives the bearer token for a call. It is sent over TLS only, and in
	// plain text to this machine itself. Default: none.
	Token Token
	// Propagate tells the headers that a call is to carry on from its context, such
	// as that of a trace. Default: none.
	Propagate func(ctx context.Context, set func(key, value string))
	// TLS is how to speak TLS, where an endpoint does. Default: with the system's
	// authorities.
	TLS *tls.Config
	// Timeout bounds an attempt; the caller's context bounds the whole. Default: 30
	// s. Negative: none.
	Timeout time.Duration
	// Retries is how often a failed attempt is repeated. Default: 2. Negative:
	// never.
	Retries int
	// MaxInFlight is how many predictions may be under way at once; others wait for
	// their turn. Default: 256.
	MaxInFlight int
	// MaxMessage is the largest answer in bytes. Default: 64 MiB.
	MaxMessage int
	// HealthInterval is how often an endpoint is asked whether the model is ready.
	// Default: 5 s. Negative: never.
	HealthInterval time.Duration
	// Logger is told of endpoints that fail and come back: level Warn and Info, and
	// Debug for each attempt that fails. Default: none.
	Logger *slog.Logger
}

// Token returns a bearer token, such as one read anew from a file that somebody
// renews. It is called for each attempt.
type Token func(ctx context.Context) (string, error)

// StaticToken returns a Token that stays the same.
func StaticToken(token string) Token {
	return func(context.Context) (string, error) { return token, nil }
}

const (
	defaultTimeout        = 30 * time.Second
	defaultRetries        = 2
	defaultMaxInFlight    = 256
	defaultMaxMessage     = 64 << 20
	defaultHealthInterval = 5 * time.Second
)

func (o Options) withDefaults() (Options, error) {
	if len(o.Endpoints) == 0 {
		return o, &domain.Error{Kind: domain.Invalid, Field: "endpoints", Msg: "there is none", Expected: "grpc://host:port"}
	}
	if o.Model == "" {
		return o, &domain.Error{Kind: domain.Invalid, Field: "model", Msg: "is empty", Expected: "the model's name on the server"}
	}
	if o.MaxInFlight < 0 || o.MaxMessage < 0 {
		return o, domain.Errorf(domain.Invalid, "a limit of the engine is negative: %d predictions at once, messages of %d bytes", o.MaxInFlight, o.MaxMessage)
	}
	setDefault(&o.Timeout, defaultTimeout)
	setDefault(&o.Retries, defaultRetries)
	setDefault(&o.MaxInFlight, defaultMaxInFlight)
	setDefault(&o.MaxMessage, defaultMaxMessage)
	setDefault(&o.HealthInterval, defaultHealthInterval)
	o.Retries = max(o.Retries, 0)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

func setDefault[T int | time.Duration](value *T, otherwise T) {
	if *value == 0 {
		*value = otherwise
	}
}
