package metrics

import (
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

// label returns a text as the value of a label, which must be UTF-8; names of
// folders and what other servers say of themselves need not be.
func label(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return strconv.Quote(text)
}

// keptFor is how long the series of a version are kept that is served no more, so
// that what was counted last is seen by all who look.
const keptFor = 5 * time.Minute

// labelled remembers which versions of models series have been made for, so that
// they can be dropped when they are served no more.
type labelled struct {
	versions sync.Map // by identity; when it was first seen not to be served, zero while it is
}

type identity struct{ model, version string }

func (l *labelled) add(model, version string) {
	key := identity{model, version}
	if _, known := l.versions.Load(key); !known {
		l.versions.LoadOrStore(key, time.Time{})
	}
}

// gone returns the versions that have not been served for long enough, and forgets
// them.
func (l *labelled) gone(served map[identity]bool) (gone []identity) {
	now := time.Now()
	l.versions.Range(func(k, v any) bool {
		key, since := k.(identity), v.(time.Time)
		switch {
		case served[key]:
			l.versions.Store(key, time.Time{})
		case since.IsZero():
			l.versions.Store(key, now)
		case now.Sub(since) >= keptFor:
			l.versions.Delete(key)
			gone = append(gone, key)
		}
		return true
	})
	return gone
}
