// Package protocol holds what both forms of the Open Inference Protocol, over HTTP and
// over gRPC, have in common: which of a model's tensors a request means, and what is
// refused.
//
// It knows no messages and no document.
package protocol

import (
	"errors"
	"fmt"
	"strings"

	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// States are a version's states as an index has them. One that is known and not
// loaded is unavailable, as Triton has it.
var States = map[serving.State]string{
	serving.Absent: "UNAVAILABLE", serving.Loading: "LOADING", serving.Ready: "READY", serving.Unloading: "UNLOADING", serving.Failed: "UNAVAILABLE",
}

// longestName is how many bytes of a name that a caller sent an error repeats.
const longestName = 100

// PositionOf finds a tensor among a model's inputs or outputs by its name. What it is,
// "input" or "output", is for the error.
func PositionOf(what string, specs []domain.TensorSpec, name string) (int, error) {
	names := make([]string, len(specs))
	for position, spec := range specs {
		if spec.Name == name {
			return position, nil
		}
		names[position] = spec.Name
	}
	known, name := strings.Join(names, ", "), Shortened(name, longestName)
	return 0, &domain.Error{
		Kind: domain.Invalid, Field: name, Msg: "is no " + what + " of the model", Expected: known, Got: name, Hint: fmt.Sprintf("the model's %ss are %s", what, known),
	}
}

// Rows returns how many rows a request has, which is 1 if the model takes no batches.
// It refuses inputs, in the order of the model's, of which one is missing, and batches
// of more rows than there may be.
func Rows(signature domain.Signature, inputs []domain.Tensor, most int) (int, error) {
	for position, spec := range signature.Inputs {
		if inputs[position].IsZero() {
			return 1, &domain.Error{Kind: domain.Invalid, Field: spec.Name, Msg: "is missing among the inputs", Expected: spec.String(), Got: "nothing"}
		}
	}
	if len(inputs) == 0 || !signature.Batched() {
		return 1, nil
	}
	rows := inputs[0].Shape()[0]
	if rows > most {
		return rows, &domain.Error{
			Kind: domain.Invalid, Field: signature.Inputs[0].Name, Msg: fmt.Sprintf("is a batch of %d, at most %d may be sent at once", rows, most),
			Expected: fmt.Sprintf("at most %d rows", most), Got: fmt.Sprintf("%d rows", rows), Hint: "send several requests",
		}
	}
	return rows, nil
}

// Classify tells a model's output as its highest values. Where it has several axes,
// the first counts rows, whether or not the model takes batches of any length.
func Classify(served *serving.Served, spec domain.TensorSpec, output domain.Tensor, classes int) (domain.Tensor, error) {
	rows := len(output.Shape()) > 1 || served.Model.Signature().Batched()
	told, err := openinference.Classify(output, classes, served.Labels(spec), rows)
	var reason *domain.Error
	if errors.As(err, &reason) {
		named := *reason
		named.Field = spec.Name
		return told, &named
	}
	return told, err
}

// Shortened cuts a text to so many bytes, and makes it one that protobuf and JSON can
// hold. What is no UTF-8 becomes question marks, since anything else takes several
// times as many bytes in a header of gRPC.
func Shortened(text string, most int) string {
	if len(text) > most {
		text = text[:most] + "..."
	}
	return strings.ToValidUTF8(text, "?")
}
