package serving

import (
	"context"
	"strconv"
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestAnAbandonedCompanyTakesNobody(t *testing.T) {
	c := newCompany(t.Context())
	for range 2 {
		if !c.join() {
			t.Fatal("refused before anyone has left")
		}
	}
	if c.leave() || c.ctx.Err() != nil || !c.leave() || c.ctx.Err() == nil || c.join() {
		t.Error("its context does not end when the last one leaves")
	}
}

type emptyLoader struct{}

func (emptyLoader) Scan(context.Context) (map[string][]string, error) { return nil, nil }

func (emptyLoader) Load(context.Context, string, string) (*Served, error) {
	return nil, domain.Errorf(domain.Internal, "not to be called")
}

// TestStrangersAreForgotten asks for names that are not there, as anyone can as
// often as they like.
func TestStrangersAreForgotten(t *testing.T) {
	repository := NewRepository(emptyLoader{})
	for i := range 10 {
		name := strconv.Itoa(i)
		for _, err := range []error{repository.Load(t.Context(), name), repository.Unload(t.Context(), name)} {
			if domain.KindOf(err) != domain.NotFound {
				t.Error(err)
			}
		}
	}
	if len(repository.models) != 0 {
		t.Errorf("%d names are remembered", len(repository.models))
	}
}
