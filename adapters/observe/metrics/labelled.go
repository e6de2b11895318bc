package metrics

import (
	"strconv"
	"sync"
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

// labelled remembers which versions of models series have been made for, so that
// they can be dropped when they are served no more.
type labelled struct {
	versions sync.Map // by identity; true if it was not served at the last look
}

type identity struct{ model, version string }

func (l *labelled) add(model, version string) {
	key := identity{model, version}
	if _, known := l.versions.Load(key); !known {
		l.versions.LoadOrStore(key, false)
	}
}

// gone returns the versions that were not served at this look nor at the one
// before, and forgets them. Thus what was counted last is seen once more.
func (l *labelled) gone(served map[identity]bool) (gone []identity) {
	l.versions.Range(func(k, absent any) bool {
		key := k.(identity)
		switch {
		case served[key]:
			l.versions.Store(key, false)
		case absent.(bool):
			l.versions.Delete(key)
			gone = append(gone, key)
		default:
			l.versions.Store(key, true)
		}
		return true
	})
	return gone
}
