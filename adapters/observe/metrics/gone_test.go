package metrics_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portent-go/portent/adapters/observe/metrics"
	"github.com/portent-go/portent/domain/serving"
)

// asked is an error that does something when it is asked what kind it is of, which
// is in the middle of being counted.
type asked struct{ do func() }

// Error says nothing.
func (asked) Error() string { return "" }

// As is asked by errors.As.
func (a asked) As(any) bool {
	a.do()
	return false
}

// TestNoSeriesStays: a request for a version that has been unloaded may end at any
// time, and even while metrics are read that drop the version's series. Those that
// it makes are dropped all the same.
func TestNoSeriesStays(t *testing.T) { synctest.Test(t, noSeriesStays) }

func noSeriesStays(t *testing.T) {
	repository, m := observed(t, newServed("stays", "1", serving.Options{}), metrics.Options{})
	unloaded := newServed("gone", "1", serving.Options{})
	looks := func() { // at which it is not served
		scrape(t, m, "")
		time.Sleep(5 * time.Minute)
		scrape(t, m, "")
	}
	repository.Observe(t.Context(), unloaded, serving.Observation{Transport: "http", Err: asked{looks}})
	looks()
	if text := scrape(t, m, ""); strings.Contains(text, `"gone"`) {
		t.Errorf("there still is\n%s", ours(text))
	}
}
