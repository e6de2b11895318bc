package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/domain"
)

// statusStopped is the exit status of a command that ends because of a signal, as
// shells have it for Ctrl+C.
const statusStopped = 130

// report writes what comes of inputs, and keeps count.
type report struct {
	write    printer
	stderr   *term.Screen
	progress *term.Progress
	aside    func(write func() error) error // writes answers where progress does not stand in the way
	quiet    bool

	predicted, failed int
	hints             map[string]bool // what has been told to do
}

// newReport begins a report of inputs, whose number is known unless a list of
// further ones is read.
func newReport(cmd *cobra.Command, s *predictSettings, inputs int, write printer) *report {
	r := &report{write: write, stderr: screenOf(cmd, cmd.ErrOrStderr()), quiet: s.quiet, hints: make(map[string]bool)}
	total, shown := int64(inputs), r.stderr
	if s.filesFrom != "" {
		total = -1
	}
	if s.quiet {
		shown = term.New(io.Discard, term.Never, nil)
	}
	r.progress = term.NewProgress(shown, total, "inputs")
	r.aside = func(write func() error) error { return write() }
	if screenOf(cmd, cmd.OutOrStdout()).Terminal() {
		r.aside = r.progress.Above
	}
	return r
}

// take writes what came of an input. It returns an error if nothing more can be
// written, or nothing more is to be.
func (r *report) take(p predicted) error {
	defer r.progress.Add(1)
	switch {
	case domain.KindOf(p.err) == domain.Canceled && p.err != nil:
		return p.err
	case p.err != nil:
		r.failed++
		return r.progress.Above(func() error { r.tell(p); return nil })
	}
	r.predicted += len(p.rows)
	return r.aside(func() error {
		for i, row := range p.rows {
			name := p.name
			if p.many {
				name += "[" + strconv.Itoa(i) + "]"
			}
			if err := r.write.add(name, row); err != nil {
				return err
			}
		}
		return nil
	})
}

// tell says why an input could not be predicted. What to do is said once.
func (r *report) tell(p predicted) {
	f := failureOf(p.err)
	f.where = join(p.name, f.where)
	const most = 100
	if advice := f.expected + f.hint; r.hints[advice] || len(r.hints) == most {
		f.expected, f.got, f.hint = "", "", ""
	} else {
		r.hints[advice] = true
	}
	f.writeTo(r.stderr)
}

// end closes what was written, tells what was done, and returns an error that has
// the exit status.
func (r *report) end(ctx context.Context, err error) error {
	took := r.progress.Close()
	stopped := stopped(ctx, err)
	if stopped {
		err = nil
	}
	if err = errors.Join(err, r.write.close()); err != nil {
		return err
	}
	if !r.quiet && (stopped || r.failed > 0 || r.predicted != 1) {
		fmt.Fprintln(r.stderr, r.summary(took, stopped))
	}
	switch {
	case stopped:
		return &statusError{fmt.Errorf("%w: stopped", errTold), statusStopped}
	case r.failed > 0:
		return errTold
	default:
		return nil
	}
}

// summary tells how many there were and how fast it was.
func (r *report) summary(took time.Duration, stopped bool) string {
	begin := "portent: "
	if stopped {
		begin += r.stderr.Paint(term.Notice, "stopped") + ": "
	}
	failed := humanize.Comma(int64(r.failed)) + " failed"
	if r.failed > 0 {
		failed = r.stderr.Paint(term.Bad, failed)
	}
	text := fmt.Sprintf("%s%s predicted, %s, in %s", begin, humanize.Comma(int64(r.predicted)), failed, took.Round(time.Millisecond))
	if seconds := took.Seconds(); r.predicted > 0 && seconds > 0 {
		text += fmt.Sprintf(" (%s a second)", humanize.CommafWithDigits(float64(r.predicted)/seconds, 1))
	}
	return text
}
