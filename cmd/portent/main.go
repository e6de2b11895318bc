package main

import (
	"context"
	"errors"
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
	refuseOtherShells(root)
	ctx = withEnviron(ctx, environ)
	root.SetContext(ctx)
	cmd, err := root.ExecuteContextC(ctx)
	switch {
	case err == nil, errors.Is(err, errTold):
	case stopped(ctx, err):
		return &statusError{err, statusStopped}
	default:
		tell(cmd, err)
	}
	return err
}
