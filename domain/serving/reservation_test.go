package serving_test

import (
	"context"
	"sync"
	"testing"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// TestReservedPlacesAreKept has one prediction run and one place in the queue, which
// is reserved: others are refused, and who has it is served.
func TestReservedPlacesAreKept(t *testing.T) {
	fake, begun, free := blocked()
	model := newModel(t, fake, serving.Options{Concurrency: 1, Queue: 1})
	var group sync.WaitGroup
	defer group.Wait()
	predict := func(ctx context.Context) {
		if _, err := model.Predict(ctx, row(t, 1)); err != nil {
			t.Error(err)
		}
	}
	group.Go(func() { predict(context.Background()) })
	<-begun
	ctx, release := serving.WithReservation(context.Background())
	defer release()
	for range 2 { // the second time it has its place already
		if err := model.Reserve(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if load := model.Load(); load.Running != 1 || load.Waiting != 1 {
		t.Errorf("%+v", load)
	}
	refused(t, model)
	group.Go(func() { predict(ctx) })
	free()
	<-begun
}

// TestPlacesAreGivenBack reserves the only place again and again.
func TestPlacesAreGivenBack(t *testing.T) {
	fake, begun, free := blocked()
	free()
	model := newModel(t, fake, serving.Options{Concurrency: 1, Queue: -1})
	for name, use := range map[string]func(ctx context.Context){
		"not used": func(context.Context) {},
		"used": func(ctx context.Context) {
			if _, err := model.Predict(ctx, row(t, 1)); err != nil {
				t.Error(err)
			}
			<-begun
		},
		"used in vain": func(ctx context.Context) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			if _, err := model.Predict(ctx, row(t, 1)); domain.KindOf(err) != domain.Canceled {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, release := serving.WithReservation(t.Context())
			if err := model.Reserve(ctx); err != nil {
				t.Fatal(err)
			}
			refused(t, model)
			use(ctx)
			release()
			release() // once is enough
			if load := model.Load(); load.Running != 0 || load.Waiting != 0 {
				t.Errorf("%+v", load)
			}
			predicts(t, model)
			<-begun
		})
	}
}

// TestWithoutAReservationNoPlaceIsKept asks whether there is room, and no more.
func TestWithoutAReservationNoPlaceIsKept(t *testing.T) {
	fake, begun, free := blocked()
	free()
	model := newModel(t, fake, serving.Options{Concurrency: 1, Queue: -1})
	if err := model.Reserve(t.Context()); err != nil {
		t.Error(err)
	}
	predicts(t, model)
	<-begun
}

func predicts(t *testing.T, model *serving.Model) {
	t.Helper()
	if _, err := model.Predict(t.Context(), row(t, 1)); err != nil {
		t.Error(err)
	}
}

func refused(t *testing.T, model *serving.Model) {
	t.Helper()
	if _, err := model.Predict(t.Context(), row(t, 1)); domain.KindOf(err) != domain.Overloaded {
		t.Errorf("without a place: %v", err)
	}
	if err := model.Reserve(t.Context()); domain.KindOf(err) != domain.Overloaded {
		t.Errorf("a place beside the last one: %v", err)
	}
}
