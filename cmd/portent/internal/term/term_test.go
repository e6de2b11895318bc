package term_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/portent-go/portent/cmd/portent/internal/term"
)

func TestColoursAreForTerminals(t *testing.T) {
	for _, test := range []struct {
		mode    string
		environ []string
		want    string
	}{
		{term.Auto, []string{"TERM=xterm"}, "word"},
		{term.Never, nil, "word"},
		{term.Always, []string{"NO_COLOR=1", "TERM=dumb"}, "\x1b[31mword\x1b[0m"},
	} {
		s := term.New(&bytes.Buffer{}, test.mode, test.environ)
		if got := s.Paint(term.Bad, "word"); got != test.want || s.Terminal() || s.Live() || s.Columns() != 0 {
			t.Errorf("%s %v: %q", test.mode, test.environ, got)
		}
		if s.Paint(term.Good, "") != "" {
			t.Error("nothing was painted")
		}
	}
}

func TestWidthsCountWhatIsSeen(t *testing.T) {
	painted := term.New(nil, term.Always, nil).Paint(term.Good, "猫")
	if term.Width(painted) != 2 || term.Width("é") != 1 || term.Width("e\u0301") != 1 {
		t.Errorf("%d columns", term.Width(painted))
	}
	if got := term.Pad(painted, 4); !strings.HasSuffix(got, "m  ") {
		t.Errorf("%q", got)
	}
	if got := term.PadLeft("7", 3); got != "  7" {
		t.Errorf("%q", got)
	}
	for _, test := range []struct {
		text  string
		width int
		want  string
	}{
		{"a/b/picture.png", 15, "a/b/picture.png"}, {"a/b/picture.png", 14, "...picture.png"}, {"猫猫猫猫", 6, "...猫"}, {"abcdef", 3, "..."}, {"abcdef", 0, ""}, {"", 0, ""},
	} {
		if got := term.Cut(test.text, test.width); got != test.want {
			t.Errorf("%q cut to %d is %q, expected %q", test.text, test.width, got, test.want)
		}
	}
	if got := term.Printable("a\x1b[2Jb\n\u009bc猫"); got != "a\ufffd[2Jb\ufffd\ufffdc猫" {
		t.Errorf("%q", got)
	}
}

func TestBars(t *testing.T) {
	unicode, ascii := term.New(nil, term.Never, []string{"LANG=C.UTF-8"}), term.New(nil, term.Never, []string{"LANG=C.UTF-8", "LC_ALL=POSIX"})
	for _, test := range []struct {
		share          float64
		unicode, ascii string
	}{
		{0, "    ", "    "}, {0.001, "▏   ", "    "}, {0.5, "██  ", "##  "}, {0.6, "██▍ ", "##  "}, {1, "████", "####"}, {7, "████", "####"}, {-1, "    ", "    "},
	} {
		if u, a := unicode.Bar(test.share, 4), ascii.Bar(test.share, 4); u != test.unicode || a != test.ascii {
			t.Errorf("%v: %q and %q", test.share, u, a)
		}
	}
}

func TestTablesAreAligned(t *testing.T) {
	table := term.NewTable("lr", "NAME", "SIZE")
	table.Row("cat", "7")
	table.Row("\x1b[1mhippopotamus\x1b[0m", "1,000")
	var text bytes.Buffer
	if _, err := table.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	want := "NAME           SIZE\ncat               7\n\x1b[1mhippopotamus\x1b[0m  1,000\n"
	if text.String() != want {
		t.Errorf("%q, expected %q", text.String(), want)
	}
	columns := term.NewColumns("ll")
	columns.Widen(0, 4)
	if got := columns.Line("a", "b"); got != "a     b" {
		t.Errorf("%q", got)
	}
}

func TestProgressIsForTerminals(t *testing.T) {
	var text bytes.Buffer
	p := term.NewProgress(term.New(&text, term.Always, nil), 2, "pictures")
	p.Add(2)
	broken := errors.New("broken")
	if err := p.Above(func() error { return broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
	if p.Close(); text.Len() != 0 {
		t.Errorf("%q", text.String())
	}
}
