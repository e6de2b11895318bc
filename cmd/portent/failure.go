package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/model"
)

// failure is an error as a person is told it: where it is, what happened, and what
// to do.
type failure struct {
	where    string
	what     string
	expected string
	got      string
	hint     string
}

// failureOf takes an error apart. What is expected and what to do come from the
// first error in the chain that knows.
func failureOf(err error) failure {
	f := failure{what: strings.TrimSpace(err.Error())}
	var outer *domain.Error
	if errors.As(err, &outer) && outer.Error() == err.Error() {
		f.where = outer.Field
		f.what = strings.TrimPrefix(f.what, outer.Field+": ")
	}
	for inner := err; inner != nil; {
		var e *domain.Error
		if !errors.As(inner, &e) {
			break
		}
		f.take(e)
		inner = errors.Unwrap(e)
	}
	return f
}

// take fills in what is not known yet, and what has not been said.
func (f *failure) take(e *domain.Error) {
	if f.expected == "" && !strings.Contains(f.what, e.Expected) {
		f.expected = e.Expected
	}
	if f.got == "" && !strings.Contains(f.what, e.Got) {
		f.got = e.Got
	}
	if f.hint == "" {
		f.hint = e.Hint
	}
}

// writeTo writes the failure, with a line for each part that there is.
func (f failure) writeTo(s *term.Screen) {
	where := ""
	if f.where != "" {
		where = s.Paint(term.Strong, f.where) + ": "
	}
	fmt.Fprintf(s, "%s %s%s\n", s.Paint(term.Bad, "portent:"), where, f.what)
	for _, part := range [][2]string{{"expected", f.expected}, {"got", f.got}, {"hint", f.hint}} {
		if part[1] != "" {
			fmt.Fprintf(s, "  %s %s\n", s.Paint(term.Faint, term.Pad(part[0]+":", len("expected:"))), strings.ReplaceAll(part[1], "\n", "\n            "))
		}
	}
}

// join puts a name before a place in it.
func join(name, place string) string {
	if place == "" {
		return name
	}
	return name + ": " + place
}

// named says which model an error is about, and keeps its kind and hint.
func named(folder *model.Folder, err error) error {
	named := &domain.Error{Kind: domain.KindOf(err), Field: "model " + folder.Source, Msg: "cannot be served", Err: err}
	var e *domain.Error
	if errors.As(err, &e) {
		named.Hint, named.Expected = e.Hint, e.Expected
	}
	return named
}
