package inferencepb

import (
	"math"

	"github.com/portent-go/portent/adapters/format/openinference"
)

// Parameters returns a message's parameters. Those without a value are left out.
func Parameters(sent map[string]*InferParameter) openinference.Parameters {
	p := make(openinference.Parameters, len(sent))
	for name, value := range sent {
		switch choice := value.GetParameterChoice().(type) {
		case *InferParameter_BoolParam:
			p[name] = choice.BoolParam
		case *InferParameter_Int64Param:
			p[name] = choice.Int64Param
		case *InferParameter_StringParam:
			p[name] = choice.StringParam
		case *InferParameter_DoubleParam:
			p[name] = choice.DoubleParam
		case *InferParameter_Uint64Param:
			if choice.Uint64Param <= math.MaxInt64 {
				p[name] = int64(choice.Uint64Param)
			} else {
				p[name] = choice.Uint64Param
			}
		}
	}
	return p
}
