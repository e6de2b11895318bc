package term

import (
	"io"
	"os"
	"slices"
	"strings"

	xterm "golang.org/x/term"
)

// The values of --color.
const (
	Auto   = "auto"
	Always = "always"
	Never  = "never"
)

// Modes are the values of --color.
var Modes = []string{Auto, Always, Never}

// Screen is a stream that the program writes to, and what it can show.
type Screen struct {
	io.Writer
	terminal bool
	live     bool
	colours  bool
	unicode  bool
	columns  int
}

// New returns what a stream can show. Colours appear on a terminal unless TERM is
// dumb or NO_COLOR is set to anything; mode Always and Never decide otherwise.
// The environment is that of the process, as os.Environ returns it.
func New(w io.Writer, mode string, environ []string) *Screen {
	s := &Screen{Writer: w, unicode: speaksUnicode(environ)}
	if file, ok := w.(*os.File); ok {
		s.terminal = xterm.IsTerminal(int(file.Fd())) && enable(file)
	}
	if s.terminal {
		s.columns = columnsOf(w.(*os.File))
	}
	s.live = s.terminal && variable(environ, "TERM") != "dumb"
	s.colours = mode == Always || mode != Never && s.live && variable(environ, "NO_COLOR") == ""
	return s
}

// Terminal reports whether a person looks at the stream.
func (s *Screen) Terminal() bool { return s.terminal }

// Live reports whether lines that have been written can be changed.
func (s *Screen) Live() bool { return s.live }

// Columns returns how many columns a terminal has, 0 if the stream is none.
func (s *Screen) Columns() int { return s.columns }

const usualColumns = 80

func columnsOf(file *os.File) int {
	columns, _, err := xterm.GetSize(int(file.Fd()))
	if err != nil || columns < 1 {
		return usualColumns
	}
	return columns
}

// variable returns a variable's last value, "" without one.
func variable(environ []string, name string) string {
	for _, entry := range slices.Backward(environ) {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// speaksUnicode reports whether letters beyond ASCII are shown, which they are
// today unless the locale says otherwise.
func speaksUnicode(environ []string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(variable(environ, name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return true
}
