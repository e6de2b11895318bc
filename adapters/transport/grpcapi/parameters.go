package grpcapi

import (
	"context"

	"github.com/portent-go/portent/adapters/format/openinference"
)

// withTimeout returns a context that ends when the request's parameters say so,
// and refuses requests with parameters that cannot be kept.
func withTimeout(ctx context.Context, p openinference.Parameters) (context.Context, context.CancelFunc, error) {
	if err := p.CheckRequest(); err != nil {
		return nil, nil, err
	}
	timeout, err := p.Timeout()
	if err != nil {
		return nil, nil, err
	}
	if timeout == 0 {
		return ctx, func() {}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	return ctx, cancel, nil
}
