package term_test

import (
	"strings"
	"testing"

	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/cmd/portent/internal/term/termtest"
)

func TestTerminals(t *testing.T) {
	_, terminal := termtest.Open(t, 132)
	for _, test := range []struct {
		environ       string
		live, colours bool
	}{
		{"TERM=xterm-256color", true, true}, {"TERM=dumb", false, false}, {"NO_COLOR=1", true, false}, {"NO_COLOR=", true, true},
	} {
		s := term.New(terminal, term.Auto, []string{test.environ})
		if painted := s.Paint(term.Bad, "x") != "x"; !s.Terminal() || s.Live() != test.live || painted != test.colours || s.Columns() != 132 {
			t.Errorf("%s: terminal %v, live %v, colours %v, %d columns", test.environ, s.Terminal(), s.Live(), painted, s.Columns())
		}
		if term.New(terminal, term.Never, nil).Paint(term.Bad, "x") != "x" {
			t.Error("never is not never")
		}
	}
}

func TestProgressOnATerminal(t *testing.T) {
	screen, terminal := termtest.Open(t, 100)
	p := term.NewProgress(term.New(terminal, term.Auto, nil), 200, "pictures")
	p.Add(49)
	p.Impatient()
	p.Add(1)
	if text := screen.Until(t, "]"); !strings.Contains(text, " 25% ") || !strings.Contains(text, "(50/200, ") || !strings.Contains(text, "pictures/s") {
		t.Errorf("%q", text)
	}
	if err := p.Above(func() error { _, err := terminal.WriteString("a line\n"); return err }); err != nil {
		t.Fatal(err)
	}
	text := screen.Until(t, "a line\r\n")
	if !strings.Contains(text, "\x1b[2K\ra line") {
		t.Errorf("the line is not clear: %q", text)
	}
	screen.Until(t, "(50/200") // below the line
	p.Close()
	screen.Until(t, "\x1b[2K\r")
	p.Add(1)
	unknown := term.NewProgress(term.New(terminal, term.Auto, nil), -1, "pictures")
	unknown.Impatient()
	unknown.Add(3)
	if text := screen.Until(t, "]"); !strings.Contains(text, "(3, ") || strings.Contains(text, "%") {
		t.Errorf("%q", text)
	}
}
