package grpcapi

import (
	"errors"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/portent-go/portent/adapters/transport/internal/protocol"
	"github.com/portent-go/portent/domain"
)

// row is what a kind of error becomes on gRPC.
type row struct {
	code   codes.Code
	reason string // as google.rpc.ErrorInfo has it
}

// byKind is the table of errors. Overload is Unavailable, as it is 503 on HTTP:
// that is the code at which clients and proxies try again.
var byKind = map[domain.Kind]row{
	domain.Internal:    {codes.Internal, "INTERNAL"},
	domain.Invalid:     {codes.InvalidArgument, "INVALID_INPUT"},
	domain.NotFound:    {codes.NotFound, "NOT_FOUND"},
	domain.Unsupported: {codes.Unimplemented, "UNSUPPORTED"},
	domain.Overloaded:  {codes.Unavailable, "OVERLOADED"},
	domain.Unavailable: {codes.Unavailable, "UNAVAILABLE"},
	domain.Timeout:     {codes.DeadlineExceeded, "TIMEOUT"},
	domain.Canceled:    {codes.Canceled, "CANCELED"},

	domain.Unauthenticated: {codes.Unauthenticated, "UNAUTHENTICATED"},
	domain.RateLimited:     {codes.ResourceExhausted, "RATE_LIMITED"},
}

const (
	errorDomain    = "portent"
	leastRetry     = time.Second // where the error does not say when to come back
	longestMessage = 1000        // bytes: many clients accept no more than 8 KiB of headers, in which the text is sent twice
	longestDetail  = 200
)

// statusOf returns the status that an error is answered with. Of an internal error
// it tells no more than the request's id. What gRPC itself says of a stream, or
// another service's handler, is passed on.
func statusOf(err error, requestID string) *status.Status {
	if given := ofGRPC(err); given != nil {
		return given
	}
	kind := domain.KindOf(err)
	row := byKind[kind]
	info := &errdetails.ErrorInfo{Reason: row.reason, Domain: errorDomain, Metadata: map[string]string{"request_id": requestID}}
	if kind == domain.Internal {
		return detailed(row.code, "internal error; the server's log tells more under request id "+requestID, info)
	}
	details := []protoadapt.MessageV1{info}
	text := err.Error()
	var reason *domain.Error
	if errors.As(err, &reason) {
		if reason.Hint != "" {
			text = strings.TrimRight(text, ".") + " (" + reason.Hint + ")"
		}
		for key, value := range map[string]string{"field": reason.Field, "expected": reason.Expected, "got": reason.Got, "hint": reason.Hint} {
			if value != "" {
				info.Metadata[key] = protocol.Shortened(value, longestDetail)
			}
		}
		if kind == domain.Overloaded || kind == domain.RateLimited || reason.RetryAfter > 0 {
			retry := &errdetails.RetryInfo{RetryDelay: durationpb.New(max(leastRetry, reason.RetryAfter))}
			details = append(details, retry)
		}
	}
	return detailed(row.code, text, details...)
}

// ofGRPC returns the status that an error is, nil if it is this program's own error.
func ofGRPC(err error) *status.Status {
	var own *domain.Error
	if given, ok := status.FromError(err); ok && !errors.As(err, &own) {
		return given
	}
	return nil
}

func detailed(code codes.Code, text string, details ...protoadapt.MessageV1) *status.Status {
	plain := status.New(code, protocol.Shortened(text, longestMessage))
	full, err := plain.WithDetails(details...)
	if err != nil {
		return plain
	}
	return full
}
