package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/portent-go/portent/domain"
)

// prompter asks a person, if there is one.
type prompter struct {
	ctx   context.Context // whose end ends the asking
	lines *bufio.Reader   // nil: nobody is asked
	out   io.Writer
}

// newPrompter returns one that asks where both input and output are a terminal.
func newPrompter(cmd *cobra.Command, yes bool) *prompter {
	in, isFile := cmd.InOrStdin().(*os.File)
	if yes || !isFile || !screenOf(cmd, in).Terminal() || !screenOf(cmd, cmd.ErrOrStderr()).Terminal() {
		return &prompter{}
	}
	return &prompter{cmd.Context(), bufio.NewReader(in), cmd.ErrOrStderr()}
}

// asks reports whether there is somebody to ask.
func (a *prompter) asks() bool { return a.lines != nil }

// ask asks until accept takes the answer. An empty one is for "leave it out", and so
// is the end of the input.
func (a *prompter) ask(question string, accept func(answer string) error) error {
	if !a.asks() {
		return nil
	}
	for {
		if err := domain.FromContext(a.ctx, "asking"); err != nil {
			return err // before one line is waited for twice
		}
		fmt.Fprintf(a.out, "%s\n> ", question)
		text, err := a.line()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		answer := strings.TrimSpace(text)
		if answer == "" {
			return nil
		}
		refused := accept(answer)
		if refused == nil {
			return nil
		}
		fmt.Fprintf(a.out, "  %v\n", refused)
		if expected := failureOf(refused).expected; expected != "" {
			fmt.Fprintf(a.out, "  expected: %s\n", expected)
		}
		if errors.Is(err, io.EOF) {
			return refused
		}
	}
}

// line waits for an answer. Ctrl+C ends that, although nothing ends the reading.
func (a *prompter) line() (text string, err error) {
	came := make(chan struct{})
	var read string
	var readErr error
	go func() {
		defer close(came)
		read, readErr = a.lines.ReadString('\n')
	}()
	select {
	case <-came:
		return read, readErr
	case <-a.ctx.Done():
		return "", domain.FromContext(a.ctx, "asking")
	}
}
