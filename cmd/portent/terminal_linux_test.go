package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portent-go/portent/cmd/portent/internal/term/termtest"
)

// program returns the real program, to be run as a process of its own.
func program(t *testing.T, environ []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append([]string{asProgram + "=1", "LANG=C.UTF-8", "TERM=xterm", "PATH=" + os.Getenv("PATH")}, environ...)
	return cmd
}

// TestColoursAndBarsAreForTerminals runs the program on a terminal and in a pipe.
func TestColoursAndBarsAreForTerminals(t *testing.T) {
	screen, terminal := termtest.Open(t, 100)
	samples := filepath.Join(modelFolder, "samples")
	for _, test := range []struct {
		environ       []string
		args          []string
		until         string
		colours, bars bool
	}{
		{nil, []string{"predict", samples, "nowhere"}, "a second)", true, true},
		{[]string{"NO_COLOR=1"}, []string{"predict", samples, "nowhere"}, "a second)", false, true},
		{[]string{"TERM=dumb"}, []string{"predict", samples, "nowhere"}, "a second)", false, true},
		{nil, []string{"predict", "--color", "never", filepath.Join(samples, "cat.png")}, "6.0 %", false, true},
		{nil, []string{"verify"}, "within", true, false},
		{nil, []string{"inspect"}, "can be run", true, false},
		{nil, []string{"serve", "--help"}, "Exit status", true, false},
	} {
		cmd := program(t, test.environ, test.args...)
		cmd.Stdout, cmd.Stderr = terminal, terminal
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		text := screen.Until(t, test.until)
		_ = cmd.Wait()
		screen.Until(t, "\n")
		if strings.Contains(text, "\x1b[") != test.colours || strings.Contains(text, "█") != test.bars {
			t.Errorf("%v %v:\n%s", test.environ, test.args, text)
		}
		piped := program(t, test.environ, test.args...)
		if out, _ := piped.CombinedOutput(); bytes.ContainsAny(out, "\x1b█\r") || len(out) == 0 {
			t.Errorf("%v %v in a pipe:\n%s", test.environ, test.args, out)
		}
	}
	if out, _ := program(t, nil, "verify", "--color", "always").Output(); !bytes.Contains(out, []byte("\x1b[32mok")) {
		t.Errorf("no colours, though always:\n%s", out)
	}
}

// TestProgressAndCtrlC gives the program more and more to do until it shows
// progress, and then stops it.
func TestProgressAndCtrlC(t *testing.T) {
	screen, terminal := termtest.Open(t, 100)
	cmd := program(t, nil, "predict", "--files-from", "-", "--output", "json")
	var stdout bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, terminal
	list, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		line := filepath.Join(modelFolder, "samples", "cat.png") + "\n"
		for {
			if _, err := io.WriteString(list, line); err != nil {
				return
			}
		}
	}()
	screen.Until(t, "inputs/")
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if text := screen.Until(t, "a second)"); !strings.Contains(text, "stopped") || !strings.Contains(text, "predicted, 0 failed, in ") {
		t.Errorf("%q", text)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != statusStopped {
		t.Errorf("%v", err)
	}
	if text := stdout.String(); !strings.HasPrefix(text, "[\n") || !strings.HasSuffix(text, "\n]\n") || strings.Contains(text, "\x1b") {
		t.Errorf("the answers are no document: %.100q", text)
	}
}

func TestQuietSaysNothing(t *testing.T) {
	r := portent(t, nil, nil, "predict", "--quiet", filepath.Join(modelFolder, "samples"))
	if r.err != nil || r.stderr != "" {
		t.Errorf("%v %q", r.err, r.stderr)
	}
	r = portent(t, nil, nil, "predict", filepath.Join(modelFolder, "samples"))
	if r.err != nil || !strings.HasPrefix(r.stderr, "portent: 10 predicted, 0 failed, in ") {
		t.Errorf("%v %q", r.err, r.stderr)
	}
	r = portent(t, nil, nil, "predict", filepath.Join(modelFolder, "samples", "cat.png"))
	if r.err != nil || r.stderr != "" {
		t.Errorf("there is nothing to sum up: %v %q", r.err, r.stderr)
	}
}
