package openinference

import (
	"context"
	"time"

	"github.com/portent-go/portent/domain"
)

// channel speaks the protocol with one endpoint. It is safe for concurrent use.
// Its errors are of type *failure, except for those of a context that has ended.
type channel interface {
	// describe asks what the model is.
	describe(ctx context.Context) (description, error)
	// ready returns nil if the model can predict there.
	ready(ctx context.Context) error
	// infer asks for a prediction of the outputs, all of which are the model's; but
	// there are servers that compute only some where they are not asked for by
	// name. It does not keep the inputs. The answer is as the server sent it: in any
	// order, some missing.
	infer(ctx context.Context, inputs []named, outputs []domain.TensorSpec) ([]named, error)
	// close ends the channel, on which no call is under way.
	close() error
}

// named is a tensor with its name.
type named struct {
	name   string
	tensor domain.Tensor
}

// description is what a server says of a model and of itself.
type description struct {
	signature domain.Signature
	platform  string
	server    string // name and version; may be empty
}

// failure is an attempt that failed.
type failure struct {
	// told is the error for the caller.
	told *domain.Error
	// cause is what happened, for the log; nil if told says it all.
	cause error
	// again says that the next attempt may go better.
	again bool
	// down says that the endpoint, and not this request, is the problem.
	down bool
	// after is when the server wants to be asked again; 0 if it does not say.
	after time.Duration
}

// Error returns what happened, with addresses: it is for the log.
func (f *failure) Error() string {
	if f.cause != nil {
		return f.told.Error() + ": " + f.cause.Error()
	}
	return f.told.Error()
}

// Unwrap returns the error for the caller.
func (f *failure) Unwrap() error { return f.told }

// wrongAnswer is the failure of a server that answered something else than what
// the protocol, or its own description, says.
func wrongAnswer(format string, args ...any) *failure {
	return &failure{told: domain.Errorf(domain.Internal, "the model's server gave a wrong answer: "+format, args...)}
}

// unreachable is the failure of an endpoint that does not answer, or that says it
// cannot.
func unreachable(cause error) *failure {
	return &failure{
		told:  &domain.Error{Kind: domain.Unavailable, Msg: "the model's server cannot be reached or is not ready"},
		cause: cause, again: true, down: true,
	}
}
