package openinference

import (
	"context"
	"fmt"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/portent-go/portent/domain"
)

// grpcKinds are the codes that tell of the request and not of the endpoint. The
// server's message is passed on with all but Internal, which no caller sees.
var grpcKinds = map[codes.Code]domain.Kind{
	codes.InvalidArgument: domain.Invalid, codes.OutOfRange: domain.Invalid, codes.FailedPrecondition: domain.Invalid, codes.AlreadyExists: domain.Invalid,
	codes.NotFound: domain.NotFound, codes.Unimplemented: domain.Unsupported, codes.DeadlineExceeded: domain.Timeout,
	codes.Unknown: domain.Internal, codes.Internal: domain.Internal, codes.DataLoss: domain.Internal,
}

// failureOf makes a failure of a call's error.
func (c *grpcChannel) failureOf(ctx context.Context, err error) error {
	if ended := domain.FromContext(ctx, "waiting for the model's server"); ended != nil {
		return ended
	}
	s := status.Convert(err)
	switch s.Code() {
	case codes.ResourceExhausted:
		if strings.Contains(s.Message(), "larger than max") {
			return c.tooLarge(s.Message())
		}
		after, _ := retryInfo(s)
		return overloaded(after, err)
	case codes.Unavailable:
		if after, told := retryInfo(s); told && !saysUnavailable(s) {
			return overloaded(after, err)
		}
		return unreachable(err)
	case codes.Canceled, codes.Aborted:
		return unreachable(err)
	case codes.Unauthenticated, codes.PermissionDenied:
		return &failure{told: &domain.Error{Kind: domain.Unavailable, Msg: "the model's server does not accept this server's credentials"}, cause: err}
	}
	kind := grpcKinds[s.Code()] // Internal for codes there are not yet
	if kind == domain.Internal {
		return &failure{told: domain.Errorf(kind, "the model's server failed: %v: %s", s.Code(), shortened(s.Message()))}
	}
	return &failure{told: &domain.Error{Kind: kind, Msg: shortened(s.Message())}}
}

// tooLarge tells whether the request was too large for the server, or the answer
// for this engine, whose limit the message then holds.
func (c *grpcChannel) tooLarge(message string) error {
	if strings.Contains(message, fmt.Sprintf("vs. %d)", c.options.MaxMessage)) {
		return wrongAnswer("it is larger than %d bytes, which is as large as it may be", c.options.MaxMessage)
	}
	return &failure{told: &domain.Error{
		Kind: domain.Invalid, Msg: "the request is larger than the model's server accepts: " + shortened(message), Hint: "send fewer rows at once",
	}}
}

func overloaded(after time.Duration, cause error) *failure {
	return &failure{
		told:  &domain.Error{Kind: domain.Overloaded, Msg: "the model's server has too much work", Hint: "try again later", RetryAfter: after},
		cause: cause, again: true, after: after,
	}
}

// saysUnavailable reports whether a server tells apart that it is not ready from
// having too much work, which the code does not.
func saysUnavailable(s *status.Status) bool {
	for _, detail := range s.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info.GetReason() == "UNAVAILABLE"
		}
	}
	return false
}

// retryInfo returns when the server wants to be asked again, and whether it said
// so.
func retryInfo(s *status.Status) (time.Duration, bool) {
	for _, detail := range s.Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			return max(0, info.GetRetryDelay().AsDuration()), true
		}
	}
	return 0, false
}

// shortened cuts what a server wrote to a length that fits a message.
func shortened(text string) string {
	const most = 1000
	if len(text) > most {
		text = text[:most] + "..."
	}
	return strings.ToValidUTF8(text, "?")
}
