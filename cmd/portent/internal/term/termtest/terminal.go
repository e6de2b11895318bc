//go:build linux

// Package termtest gives tests a terminal to run programs on.
package termtest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Open returns both ends of a pseudo terminal of so many columns: what is written
// to the terminal is seen on the screen. Both are closed when the test ends.
func Open(t *testing.T, columns int) (seen *Screen, terminal *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("SKIPPED: no terminal can be made here: %v", err)
	}
	t.Cleanup(func() { _ = screen.Close() })
	fd := int(screen.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: uint16(columns)}); err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("SKIPPED: no terminal can be opened here: %v", err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	return &Screen{file: screen}, terminal
}

// Screen is what can be seen on a terminal.
type Screen struct {
	file *os.File
	text string // what has been read and not returned
}

// Until returns what has been written to the terminal since the last call, up to
// a word.
func (s *Screen) Until(t *testing.T, word string) string {
	t.Helper()
	buffer := make([]byte, 4096)
	for {
		if at := strings.Index(s.text, word); at >= 0 {
			text := s.text[:at+len(word)]
			s.text = s.text[at+len(word):]
			return text
		}
		n, err := s.file.Read(buffer)
		if err != nil {
			t.Fatalf("%v, and no %q in %q", err, word, s.text)
		}
		s.text += string(buffer[:n])
	}
}

// Type writes what a person types.
func (s *Screen) Type(t *testing.T, keys string) {
	t.Helper()
	if _, err := s.file.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}
