package ports

import (
	"context"

	"github.com/portent-go/portent/domain"
)

// Predictor runs one loaded model. Every engine implements it, and so does
// every wrapper around one, so that they stack as HTTP handlers do.
//
// The contract, each clause of which ports/predictortest checks:
//
//   - All methods are safe for concurrent use.
//   - Predict neither keeps nor changes its inputs. The outputs, down to their
//     elements, belong to the caller: no later call changes them, and changing
//     them changes no later answer.
//   - The same input gives the same bits, whatever ran before it or beside it.
//     Where axis 0 of every input and output is dynamic it is the batch axis,
//     and a row's bits do not depend on the other rows or on their number.
//   - The context is honoured: a call whose context has ended returns an error
//     of kind Canceled or Timeout and no outputs, at once when it has ended
//     before the call, and soon (while waiting for its turn and between
//     operators) when it ends during the call.
//   - Inputs that are not what Signature says (their number, datatype, or
//     shape; an axis of length 0) give an error of kind Invalid that names the
//     input. Nothing an input can hold makes Predict panic.
//   - An error comes with nil outputs, and the next call is not affected by it.
//   - Close frees what the Predictor holds. It waits for calls under way; calls
//     after it give an error of kind Unavailable. Closing twice is closing once.
type Predictor interface {
	// Signature returns the names, datatypes and shapes of the model's inputs
	// and outputs. It never changes, and stays answerable after Close. The
	// caller must not change it.
	Signature() domain.Signature

	// Metadata says where the model comes from and what runs it. It never
	// changes, and stays answerable after Close. The caller must not change it.
	Metadata() domain.Metadata

	// Predict runs the model on inputs, given in the order of
	// Signature().Inputs, and returns its outputs in the order of
	// Signature().Outputs.
	Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error)

	// Close releases the model.
	Close() error
}
