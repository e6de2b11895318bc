package conformance

import (
	"fmt"
	"os"
	"path"
	"strings"
)

// exception is a pattern of names of cases, as of path.Match, and why they need
// not pass although they are not refused when they are loaded.
type exception struct {
	pattern, reason string
	met             bool
}

// exceptions are those in a file, one a line: pattern, two spaces or a tab,
// reason. Lines that begin with # are for people.
type exceptions []*exception

func readExceptions(file string) (exceptions, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list exceptions
	for number, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		pattern, reason, ok := strings.Cut(line, "  ")
		if !ok {
			return nil, fmt.Errorf("%s:%d: expected a pattern, two spaces and a reason, got %q", file, number+1, line)
		}
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, number+1, err)
		}
		list = append(list, &exception{pattern: pattern, reason: strings.TrimSpace(reason)})
	}
	return list, nil
}

// find returns the exception that a case falls under, nil if there is none.
func (list exceptions) find(name string) *exception {
	for _, e := range list {
		if ok, _ := path.Match(e.pattern, name); ok {
			return e
		}
	}
	return nil
}

// judge returns an error unless a case ended as it may: it passed and is no
// exception, or its model was refused when it was loaded, or it is an exception
// that was refused later or failed. Nothing excuses a wrong answer.
func (list exceptions) judge(name string, o outcome) error {
	e := list.find(name)
	if e != nil {
		e.met = true
	}
	switch {
	case o.verdict == passed && e != nil:
		return fmt.Errorf("passes, but exceptions.txt says of %s: %s", e.pattern, e.reason)
	case o.verdict == passed, o.verdict == refused:
		return nil
	case e != nil && (o.verdict == late || o.verdict == failed):
		return nil
	default:
		return fmt.Errorf("%s: %s", o.verdict, o.reason)
	}
}

// stale returns the patterns that no case has met.
func (list exceptions) stale() (patterns []string) {
	for _, e := range list {
		if !e.met {
			patterns = append(patterns, e.pattern)
		}
	}
	return patterns
}
