package guard

import (
	"crypto/sha256"
	"crypto/tls"
	"math"
	"sync/atomic"
	"time"

	"github.com/portent-go/portent/domain"
)

// Options say what is asked of a caller. The zero value asks nothing.
type Options struct {
	// Tokens are those of which a caller must show one. Default: none is asked for.
	Tokens *Tokens
	// Certificate has a caller show a certificate, which the TLS handshake has
	// verified.
	Certificate bool
	// Rate is how many requests a second a caller may make on average. Default: any
	// number.
	Rate float64
	// Burst is how many it may make at once. Default: one second's, at least one.
	Burst int
}

// Guard decides about requests. It is safe for concurrent use.
type Guard struct {
	options   Options
	callers   *callers // those that are known; nil without a rate
	strangers *callers // addresses, of which a crowd must not push out those that are known

	unauthenticated, rateLimited atomic.Int64 // requests that were refused
}

// New returns a Guard. A rate or a burst that is none is an error of kind Invalid.
func New(options Options) (*Guard, error) {
	g := &Guard{options: options}
	if !(options.Rate >= 0) || math.IsInf(options.Rate, 1) || options.Burst < 0 || options.Burst > 0 && options.Rate == 0 {
		return nil, &domain.Error{
			Kind: domain.Invalid, Field: "rate limit", Msg: "is none", Expected: "a rate of more than 0 requests a second, and a burst of at least 1",
			Hint: "without a rate there is no limit, and no burst",
		}
	}
	if options.Rate == 0 {
		return g, nil
	}
	if options.Burst == 0 {
		options.Burst = int(math.Ceil(min(options.Rate, math.MaxInt32)))
	}
	var err error
	if g.callers, err = newCallers(options.Rate, options.Burst, mostCallers); err != nil {
		return nil, err
	}
	g.strangers, err = newCallers(options.Rate, options.Burst, mostCallers)
	return g, err
}

// Caller is who makes a request, as a transport sees it.
type Caller struct {
	// Token is what the caller has shown; nil if nothing.
	Token *Secret
	// Address is where it is, host:port.
	Address string
	// TLS is its connection; nil in plain text.
	TLS *tls.ConnectionState
}

// Admit decides whether a request may go on. One of a caller that is not known is
// an error of kind Unauthenticated, one too many of kind RateLimited. Whoever is
// not known uses up the share of its address, which shuts out nobody who is known
// and comes from there too: behind a proxy that may be all. Thus a right guess is
// answered, however many were wrong, and tokens must be long.
func (g *Guard) Admit(caller Caller) error {
	if g.options == (Options{}) {
		return nil
	}
	key, refused := g.identify(caller)
	if refused == nil {
		return g.take(g.callers, key)
	}
	if err := g.take(g.strangers, addressKey(caller.Address)); err != nil {
		return err
	}
	g.unauthenticated.Add(1)
	return refused
}

// AdmitAnybody decides about a request for what is everybody's. It uses up a share
// as all others do, that of the caller's address if it is not known.
func (g *Guard) AdmitAnybody(caller Caller) error {
	if key, err := g.identify(caller); err == nil {
		return g.take(g.callers, key)
	}
	return g.take(g.strangers, addressKey(caller.Address))
}

// Refused returns how many requests have been refused with an error of a kind:
// Unauthenticated or RateLimited.
func (g *Guard) Refused(kind domain.Kind) int64 {
	switch kind {
	case domain.Unauthenticated:
		return g.unauthenticated.Load()
	case domain.RateLimited:
		return g.rateLimited.Load()
	default:
		return 0
	}
}

// take uses one request of a share.
func (g *Guard) take(from *callers, key string) error {
	if from == nil {
		return nil
	}
	wait, ok := from.take(key)
	if ok {
		return nil
	}
	g.rateLimited.Add(1)
	return tooMany(wait)
}

// identify returns the key under which a caller's share is kept.
func (g *Guard) identify(caller Caller) (key string, err error) {
	key = addressKey(caller.Address)
	if verified := caller.TLS != nil && len(caller.TLS.VerifiedChains) > 0; verified {
		sum := sha256.Sum256(caller.TLS.PeerCertificates[0].Raw)
		key = "certificate " + string(sum[:])
	} else if g.options.Certificate {
		return "", &domain.Error{
			Kind: domain.Unauthenticated, Msg: "the caller shows no certificate", Expected: "a certificate that an authority of the server's choice has signed",
		}
	}
	if g.options.Tokens == nil {
		return key, nil
	}
	const expected, hint = "a token that the server knows", "send Authorization: Bearer TOKEN, or X-API-Key: TOKEN"
	if caller.Token == nil {
		return "", &domain.Error{Kind: domain.Unauthenticated, Msg: "the caller shows no token", Expected: expected, Hint: hint}
	}
	token, known := g.options.Tokens.lookup(*caller.Token)
	if !known {
		return "", &domain.Error{Kind: domain.Unauthenticated, Msg: "the caller's token is not known", Expected: expected, Hint: hint}
	}
	return "token " + string(token[:]), nil
}

func tooMany(wait time.Duration) error {
	return &domain.Error{Kind: domain.RateLimited, Msg: "the caller has made more requests than its share", Hint: "come back later", RetryAfter: wait}
}
