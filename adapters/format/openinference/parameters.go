package openinference

import (
	"fmt"
	"math"
	"time"

	"github.com/portent-go/portent/domain"
)

// Parameters are what is said beside a request or a tensor: values of type
// string, bool, int64, uint64 or float64. Those that say where a tensor's bytes
// are (binary_data_size, binary_data, binary_data_output) are not among them.
type Parameters map[string]any

// Names of parameters with a meaning of their own.
const (
	sizeParameter      = "binary_data_size"
	binaryParameter    = "binary_data"
	allBinaryParameter = "binary_data_output"
	classesParameter   = "classification"
	timeoutParameter   = "timeout"
	sharedParameter    = "shared_memory_region"
)

// Timeout returns how long a request may take by its parameter "timeout", which
// counts microseconds; 0 if it does not say. Another value than a whole number
// from 0 on is an error of kind Invalid.
func (p Parameters) Timeout() (time.Duration, error) {
	value, given := p[timeoutParameter]
	if !given {
		return 0, nil
	}
	const longest = math.MaxInt64 / int64(time.Microsecond)
	microseconds, ok := value.(int64)
	if _, beyond := value.(uint64); beyond {
		microseconds, ok = longest, true
	}
	if !ok || microseconds < 0 {
		return 0, wrongParameter(timeoutParameter, "a whole number of microseconds", value)
	}
	return time.Duration(min(microseconds, longest)) * time.Microsecond, nil
}

// Classes returns how many classes an output is to be told as by its parameter
// "classification"; 0 if it does not say, or is 0. Another value than a whole
// number from 0 on is an error of kind Invalid.
func (p Parameters) Classes() (int, error) {
	value, given := p[classesParameter]
	if !given {
		return 0, nil
	}
	if classes, ok := value.(int64); ok && classes >= 0 && classes <= math.MaxInt32 {
		return int(classes), nil
	}
	return 0, wrongParameter(classesParameter, "a whole number of classes", value)
}

// demanding are the parameters of a request that change what it means to servers
// that know them. What they ask for by default is what every server does.
var demanding = []string{"priority", "sequence_id", "sequence_start", "sequence_end"}

// CheckRequest returns an error of kind Unsupported if a request asks for what
// would be wrong to pass over: a place before others, or to be one of a sequence.
// Parameters that are not known are the model's own or somebody else's.
func (p Parameters) CheckRequest() error {
	for _, name := range demanding {
		switch value := p[name]; value {
		case nil, int64(0), "", false:
		default:
			return &domain.Error{
				Kind: domain.Unsupported, Field: "parameters." + name, Msg: fmt.Sprintf("is %.100s, which is not supported: requests are answered in their turn, each for itself", fmt.Sprint(value)),
			}
		}
	}
	return nil
}

// NoSharedMemory returns an error of kind Unsupported if the parameters say that a
// tensor is, or belongs, in memory that client and server share.
func (p Parameters) NoSharedMemory() error {
	if region, given := p[sharedParameter]; given {
		return &domain.Error{
			Kind: domain.Unsupported, Field: "parameters." + sharedParameter, Msg: fmt.Sprintf("is %q, but no memory is shared here", fmt.Sprintf("%.100s", fmt.Sprint(region))),
			Hint: "send the data in the request, and let the outputs come in the answer",
		}
	}
	return nil
}

func wrongParameter(name, expected string, got any) error {
	text := fmt.Sprintf("%.100s", fmt.Sprint(got))
	return &domain.Error{
		Kind: domain.Invalid, Field: "parameters." + name, Msg: fmt.Sprintf("is %s, expected %s", text, expected), Expected: expected, Got: text,
	}
}

// takeBool removes a boolean parameter and returns its value and whether it was
// given.
func (p Parameters) takeBool(name string) (value, given bool, err error) {
	v, given := p[name]
	if !given {
		return false, false, nil
	}
	delete(p, name)
	value, ok := v.(bool)
	if !ok {
		return false, true, wrongParameter(name, "true or false", v)
	}
	return value, true, nil
}

// takeSize removes the parameter of a tensor's bytes and returns their number,
// -1 if it was not given.
func (p Parameters) takeSize() (int, error) {
	v, given := p[sizeParameter]
	if !given {
		return -1, nil
	}
	delete(p, sizeParameter)
	size, ok := v.(int64)
	if !ok || size < 0 {
		return 0, wrongParameter(sizeParameter, "a number of bytes", v)
	}
	return int(size), nil
}
