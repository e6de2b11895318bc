package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the second one ends the process at once.
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr); err != nil {
		os.Exit(statusOf(err))
	}
}

// statusOf returns the exit status that an error asks for.
func statusOf(err error) int {
	var s *statusError
	if errors.As(err, &s) {
		return s.status
	}
	return 1
}

// statusError is an error with an exit status of its own.
type statusError struct {
	error
	status int
}

func (s *statusError) Unwrap() error { return s.error }

// run is the program. It tells an error on stderr before it returns it, unless
// that has been done.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) error {
	root := newRoot(environ)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(withEnviron(ctx, environ))
	if err != nil && !errors.Is(err, errTold) {
		fmt.Fprintf(stderr, "portent: %s\n", explain(err))
	}
	return err
}

// errTold is an error whose message has been written where it belongs.
var errTold = errors.New("failed")
