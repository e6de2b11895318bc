package grpcapi

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
)

// Parameters with a meaning. Others are the model's own or somebody else's, and
// are passed over, as servers of the protocol do.
const (
	timeoutParameter      = "timeout" // of a request, in microseconds
	classesParameter      = "classification"
	sharedMemoryParameter = "shared_memory_region"
)

// refusedParameters are those of a request whose neglect would change what it
// means.
var refusedParameters = []string{"priority", "sequence_id", "sequence_start", "sequence_end"}

type parameters = map[string]*inferencepb.InferParameter

// withTimeout returns a context that ends when the request's parameters say so,
// and refuses requests with parameters that cannot be kept.
func withTimeout(ctx context.Context, p parameters) (context.Context, context.CancelFunc, error) {
	for _, name := range refusedParameters {
		if value, given := p[name]; given && !isZero(value) {
			return nil, nil, unknownParameter(name, "requests are answered in their turn, each for itself")
		}
	}
	value, given := p[timeoutParameter]
	if !given {
		return ctx, func() {}, nil
	}
	microseconds, ok := wholeNumber(value)
	if !ok {
		return nil, nil, wrongParameter("", timeoutParameter, "a number of microseconds", value)
	}
	if microseconds == 0 {
		return ctx, func() {}, nil
	}
	const longest = math.MaxInt64 / uint64(time.Microsecond)
	ctx, cancel := context.WithTimeout(ctx, time.Duration(min(microseconds, longest))*time.Microsecond)
	return ctx, cancel, nil
}

// classesOf returns how many classes an output is to be answered with, 0 for the
// output itself.
func classesOf(out *inferencepb.ModelInferRequest_InferRequestedOutputTensor) (int, error) {
	value, given := out.GetParameters()[classesParameter]
	if !given {
		return 0, nil
	}
	classes, ok := wholeNumber(value)
	if !ok || classes > math.MaxInt32 {
		return 0, wrongParameter(out.GetName(), classesParameter, "a number of classes", value)
	}
	return int(classes), nil
}

// notShared refuses a tensor that is said to be in memory which client and server
// share.
func notShared(name string, p parameters) error {
	if _, given := p[sharedMemoryParameter]; given {
		return &domain.Error{
			Kind: domain.Unsupported, Field: name, Msg: "is in shared memory, which this server does not have",
			Hint: "send the elements in the message",
		}
	}
	return nil
}

// wholeNumber returns the value of a parameter that is a whole number and not
// negative.
func wholeNumber(p *inferencepb.InferParameter) (uint64, bool) {
	switch choice := p.GetParameterChoice().(type) {
	case *inferencepb.InferParameter_Int64Param:
		return uint64(choice.Int64Param), choice.Int64Param >= 0
	case *inferencepb.InferParameter_Uint64Param:
		return choice.Uint64Param, true
	default:
		return 0, false
	}
}

// isZero reports whether a parameter has the zero value of its type, or none.
func isZero(p *inferencepb.InferParameter) bool {
	return !p.GetBoolParam() && p.GetInt64Param() == 0 && p.GetStringParam() == "" && p.GetDoubleParam() == 0 && p.GetUint64Param() == 0
}

func wrongParameter(field, name, expected string, got *inferencepb.InferParameter) error {
	return &domain.Error{
		Kind: domain.Invalid, Field: field, Msg: fmt.Sprintf("parameter %q must be %s, from 0", name, expected),
		Expected: expected, Got: shortened(fmt.Sprint(got), longestDetail),
	}
}
