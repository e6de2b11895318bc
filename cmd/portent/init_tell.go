package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/portent-go/portent/cmd/portent/internal/term"
)

// tell says what was written, what was left out and what to do next.
func (f *newFolder) tell(w io.Writer) {
	fmt.Fprintf(w, "%s\n", term.Printable(f.to))
	columns := term.NewColumns("lll")
	for _, l := range f.wrote {
		columns.Fit("", term.Printable(l.name))
	}
	for _, l := range f.wrote {
		fmt.Fprintln(w, columns.Line("", term.Printable(l.name), term.Printable(l.what)))
	}
	if len(f.left) > 0 {
		fmt.Fprintln(w, "\nleft out, since it is not known")
	}
	for _, l := range f.left {
		fmt.Fprintf(w, "  %s\n", term.Printable(l))
	}
	fmt.Fprintln(w, "\nnext")
	if f.facts.Vectors != "" {
		fmt.Fprintf(w, "  portent verify %s\n", shellWord(f.to))
	}
	fmt.Fprintf(w, "  portent serve --model %s\n", shellWord(f.to))
}

// shellWord writes a name so that a shell takes it for one word.
func shellWord(name string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./~+:@%,=", r)
	}
	if name != "" && !strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) {
		return name
	}
	return "'" + strings.ReplaceAll(term.Printable(name), "'", `'\''`) + "'"
}
