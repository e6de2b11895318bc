package npy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/portent-go/portent/domain"
)

// literal reads the part of Python's literals that headers are made of. After a
// mistake it reads nothing more.
type literal struct {
	rest string
	err  error
}

func (l *literal) fail(what string) {
	if l.err == nil {
		l.err = damaged("has a header that cannot be read: %s at %q", what, l.rest[:min(len(l.rest), 20)])
	}
}

// next reports whether a token comes, and takes it.
func (l *literal) next(token string) bool {
	if l.err != nil {
		return false
	}
	rest, found := strings.CutPrefix(strings.TrimLeft(l.rest, " \t\r\n"), token)
	if found {
		l.rest = rest
	}
	return found
}

func (l *literal) expect(token string) {
	if !l.next(token) {
		l.fail(fmt.Sprintf("%q is expected", token))
	}
}

// quoted reads a string, which needs no escapes here.
func (l *literal) quoted() string {
	for _, quote := range []string{"'", `"`} {
		if l.next(quote) {
			text, rest, found := strings.Cut(l.rest, quote)
			if !found || strings.Contains(text, `\`) {
				break
			}
			l.rest = rest
			return text
		}
	}
	l.fail("a string is expected")
	return ""
}

// tuple reads the lengths of axes: (), (3,) or (3, 4).
func (l *literal) tuple() domain.Shape {
	shape := domain.Shape{}
	l.expect("(")
	for l.err == nil && !l.next(")") {
		shape = append(shape, l.length())
		if len(shape) > maxAxes {
			l.fail("there are too many axes")
		}
		if !l.next(",") {
			l.expect(")")
			break
		}
	}
	return shape
}

func (l *literal) length() int {
	l.next("") // blanks
	digits := l.rest[:len(l.rest)-len(strings.TrimLeft(l.rest, "0123456789"))]
	n, err := strconv.Atoi(digits)
	if err != nil {
		l.fail("a length is expected")
		return 0
	}
	l.rest = strings.TrimPrefix(l.rest[len(digits):], "L") // which Python 2 wrote
	return n
}
