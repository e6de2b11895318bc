package serving

import (
	"sync"
	"sync/atomic"
)

// version is a version of a model that a Repository has loaded. It is closed when
// nobody needs it any more: neither a request nor the repository.
type version struct {
	served *Served
	needed atomic.Int64  // leases, and one more while it is in the repository
	once   sync.Once     // closes it
	closed chan struct{} // is closed when it has been
	err    error         // of closing it
	gone   func()        // is called when it has been closed
}

func newVersion(served *Served, gone func()) *version {
	v := &version{served: served, closed: make(chan struct{}), gone: gone}
	v.needed.Store(1)
	return v
}

// lease returns a function that gives the lease back, once however often it is
// called. The version must be in the repository.
func (v *version) lease() (release func()) {
	v.needed.Add(1)
	var released atomic.Bool
	return func() {
		if !released.Swap(true) {
			v.drop()
		}
	}
}

// drop says that it is needed by one less. Closing takes a goroutine of its own,
// for it may take its time, and whoever drops it has a request to finish.
func (v *version) drop() {
	if v.needed.Add(-1) == 0 {
		go v.close()
	}
}

// close closes the model, whoever needs it: predictions under way are waited for,
// those that come later are refused.
func (v *version) close() {
	v.once.Do(func() {
		v.err = shut(v.served.Model)
		v.gone()
		close(v.closed)
	})
}
