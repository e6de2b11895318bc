package openinference

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/portent-go/portent/domain"
)

// specOf reads what a server says of an input or output.
func specOf(name, datatype string, shape []int64) (domain.TensorSpec, error) {
	fail := func(format string, args ...any) (domain.TensorSpec, error) {
		return domain.TensorSpec{}, wrongAnswer("of tensor %q it says %s", shortened(name), fmt.Sprintf(format, args...))
	}
	parsed, err := domain.ParseDatatype(datatype)
	if err != nil {
		return fail("datatype %q, which is none", shortened(datatype))
	}
	const maxAxes = 64
	if name == "" || len(shape) > maxAxes {
		return fail("%d axes, or no name", len(shape))
	}
	spec := domain.TensorSpec{Name: name, Datatype: parsed, Shape: make(domain.Shape, len(shape))}
	for i, n := range shape {
		if n < domain.Dynamic || n > math.MaxInt32 {
			return fail("axis %d is %d", i, n)
		}
		spec.Shape[i] = int(n)
	}
	return spec, nil
}

// checkSignature refuses a signature by which nothing can be asked.
func checkSignature(s domain.Signature) error {
	if len(s.Inputs) == 0 || len(s.Outputs) == 0 {
		return &domain.Error{
			Kind: domain.Unsupported, Field: "signature", Msg: fmt.Sprintf("the server does not say what the model takes and gives: %d inputs, %d outputs", len(s.Inputs), len(s.Outputs)),
			Hint: "say it in the options, or in the model's configuration on the server",
		}
	}
	for what, specs := range map[string][]domain.TensorSpec{"input": s.Inputs, "output": s.Outputs} {
		seen := make(map[string]bool)
		for _, spec := range specs {
			if seen[spec.Name] || spec.Name == "" || !spec.Datatype.Valid() {
				return domain.Errorf(domain.Invalid, "signature: %s %v is there twice, or has no name or datatype", what, spec)
			}
			seen[spec.Name] = true
		}
	}
	return nil
}

// bearer returns the header's value for a token, which no error tells.
func bearer(ctx context.Context, token Token) (string, error) {
	text, err := token(ctx)
	if ended := domain.FromContext(ctx, "waiting for a token"); ended != nil {
		return "", ended
	}
	refused := &domain.Error{Kind: domain.Unavailable, Msg: "this server has no token for the model's server"}
	if err != nil {
		return "", &failure{told: refused, cause: err}
	}
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", &failure{told: refused, cause: domain.Errorf(domain.Invalid, "the token is empty, or holds characters that a header cannot")}
	}
	return "Bearer " + text, nil
}
