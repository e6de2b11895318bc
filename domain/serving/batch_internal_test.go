package serving

import (
	"context"
	"testing"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
)

// TestWhoLeavesBeforeInputsAreCopiedIsLeftOut has a member leave after the batch
// was launched, when its inputs may not be read any more.
func TestWhoLeavesBeforeInputsAreCopiedIsLeftOut(t *testing.T) {
	b := newBatch(t.Context())
	var members []*member
	for i := range 3 {
		tensor, err := domain.NewTensor(domain.Shape{1, 1}, []float32{float32(i)})
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, b.add([]domain.Tensor{tensor}, 1))
	}
	b.abandon(members[1])
	var engine echo
	b.run(&engine, domain.Signature{Outputs: make([]domain.TensorSpec, 1)})
	got, _ := domain.Data[float32](engine.inputs[0])
	if len(got) != 2 || got[0] != 0 || got[1] != 2 || b.split || b.err != nil {
		t.Errorf("%v, %v, %v", got, b.split, b.err)
	}
	if outputs, err := members[2].outputs(); err != nil {
		t.Error(err)
	} else if row, _ := domain.Data[float32](outputs[0]); len(row) != 1 || row[0] != 2 {
		t.Errorf("%v", row)
	}
	if engine.ctx.Err() == nil {
		t.Error("the context of a run lives on after it")
	}
}

// echo answers its inputs.
type echo struct {
	ports.Predictor
	ctx    context.Context
	inputs []domain.Tensor
}

func (e *echo) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	e.ctx, e.inputs = ctx, inputs
	return inputs, nil
}
