package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/portent-go/portent/cmd/portent/internal/benchresult"
	"github.com/portent-go/portent/cmd/portent/internal/loadgen"
	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/domain"
)

// mostRate is the most that can be due in a second: each that is not sent in time is
// counted, which takes time too.
const mostRate = 1e6

// statusFailures is the exit status of `portent bench` if some requests had no good
// answer.
const statusFailures = 2

// benchSettings is what `portent bench` can be told.
type benchSettings struct {
	loading
	concurrency []int
	batch       []int
	batchGiven  bool
	rate        float64
	duration    time.Duration
	warmUp      time.Duration
	rounds      int
	timeout     time.Duration
	sending
	showing
}

func newBench() *cobra.Command {
	var s benchSettings
	cmd := &cobra.Command{
		Use:   "bench [MODEL|URL]...",
		Short: "Measure latency and throughput of a model, or of a running server",
		Long: "Measure how long predictions take and how many are made in a second, with so many requests at once\n" +
			"of so many inputs each. MODEL is a folder or an .onnx file, which is measured in this process, by\n" +
			"default the model inside the binary. URL is a server of the Open Inference Protocol, Portent or\n" +
			"another: http://, https://, grpc:// or grpcs://, HOST:PORT, and /v2/models/NAME where it has\n" +
			"several models. Several targets are measured in turn, round by round, and compared with the first.\n\n" +
			"Without --rate, each request is sent when the one before it was answered (a closed loop). With it,\n" +
			"requests are sent when they are due, and their latency counts from then on (an open loop): a stall\n" +
			"is met by all that it would have met.\n\n" +
			"Answers are compared with the test vectors' or with the first answer. What fails is counted by its\n" +
			"reason and is no latency.",
		Example: "  portent bench my-model --concurrency 1,2,4 --batch 1,8\n" +
			"  portent bench http://localhost:8000 --rate 500 --svg latency.svg\n" +
			"  portent bench old.onnx new.onnx\n" +
			"  portent bench my-model --save old.json; portent bench compare old.json new.json",
		Annotations: statuses("0    every request was answered well", "1    nothing could be measured", "2    some requests failed or were answered wrongly; the others are shown",
			"130  stopped by Ctrl+C or SIGTERM; what was measured until then is shown"),
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return bench(cmd, &s, args) },
	}
	s.loading.flags(cmd.Flags())
	s.ownFlags(cmd.Flags())
	cmd.AddCommand(newBenchCompare())
	return showVariables(cmd)
}

func (s *benchSettings) ownFlags(flags *pflag.FlagSet) {
	own := pflag.NewFlagSet("bench", pflag.ContinueOnError)
	own.IntSliceVar(&s.concurrency, "concurrency", []int{1, 4, 16}, "how many requests are under way at once")
	own.IntSliceVar(&s.batch, "batch", []int{1, 8}, "how many inputs a request has; of a model without a batch axis: as many as it takes")
	own.Float64Var(&s.rate, "rate", 0, "requests that are due in a second; 0: each is sent when the one before it was answered")
	own.DurationVar(&s.duration, "duration", 5*time.Second, "how long each cell (a concurrency with a batch) is measured, all its rounds together")
	own.DurationVar(&s.warmUp, "warmup", time.Second, "how long a cell is sent requests before its first round; a tenth of it before the others")
	own.IntVar(&s.rounds, "rounds", 10, "parts in which each cell is measured, in turn with the others; what differs between them is the noise")
	own.DurationVar(&s.timeout, "timeout", 30*time.Second, "longest time for a request")
	s.sending.flags(own)
	s.showing.flags(own)
	commandLineOnly(own)
	flags.AddFlagSet(own)
}

func (s *benchSettings) check(flags *pflag.FlagSet, args []string) error {
	s.batchGiven = flags.Changed("batch")
	const mostAtOnce, mostRows, mostRounds = 10_000, 1 << 20, 1000
	err := cmp.Or(
		s.prepareFor(flags, args), inRange("--concurrency", s.concurrency, mostAtOnce), inRange("--batch", s.batch, mostRows),
		inRange("--rounds", []int{s.rounds}, mostRounds), notNegative("--warmup", s.warmUp), s.sending.check(), s.showing.check(),
	)
	switch {
	case err != nil:
		return err
	case s.duration <= 0 || s.timeout <= 0:
		return &domain.Error{Kind: domain.Invalid, Field: "--duration and --timeout", Msg: fmt.Sprintf("are %v and %v", s.duration, s.timeout), Expected: "more than 0"}
	case !(s.rate >= 0 && s.rate <= mostRate):
		return &domain.Error{Kind: domain.Invalid, Field: "--rate", Msg: fmt.Sprintf("is %g", s.rate), Expected: "0 to a million requests a second"}
	}
	return nil
}

// prepareFor is prepare where arguments, rather than --engine, say whether there are
// other servers. How many workers there are is told to those models that have some.
func (s *benchSettings) prepareFor(flags *pflag.FlagSet, args []string) error {
	l := s.loading
	if slices.ContainsFunc(args, isURL) {
		l.engine = engineRemote
	}
	return l.prepare(flags)
}

// inRange refuses a list that is empty, or holds what is not from 1 to most, or
// something twice.
func inRange(flag string, list []int, most int) error {
	for i, n := range list {
		if n < 1 || n > most || slices.Contains(list[:i], n) {
			return &domain.Error{Kind: domain.Invalid, Field: flag, Msg: fmt.Sprintf("holds %d", n), Expected: fmt.Sprintf("numbers from 1 to %d, each once", most)}
		}
	}
	if len(list) == 0 {
		return &domain.Error{Kind: domain.Invalid, Field: flag, Msg: "is empty", Expected: "a number, or several with commas"}
	}
	return nil
}

func bench(cmd *cobra.Command, s *benchSettings, args []string) (err error) {
	ctx := cmd.Context()
	if err := s.check(cmd.Flags(), args); err != nil {
		return err
	}
	targets, err := s.open(ctx, args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, targets.close()) }()
	defer readPromptly()()
	run := s.plan(ctx, targets)
	if err := run.hopeless(); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "portent: measuring %s, in about %v\n", cells(len(run.cells)), run.estimate().Round(time.Second))
	run.measure(ctx, term.NewProgress(screenOf(cmd, cmd.ErrOrStderr()), int64(len(run.cells)*s.rounds), "rounds"))
	document := run.document()
	document.Interrupted = ctx.Err() != nil
	if !document.Measured() {
		return nothingMeasured(cmd.ErrOrStderr(), document)
	}
	if err := s.show(cmd, document); err != nil {
		return err
	}
	return verdict(document)
}

func cells(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", n)
}

// nothingMeasured tells why.
func nothingMeasured(stderr io.Writer, d *benchresult.Document) error {
	if d.Interrupted {
		fmt.Fprintln(stderr, "portent: stopped before anything was measured")
		return &statusError{fmt.Errorf("%w: stopped", errTold), statusStopped}
	}
	var reasons []string
	for _, c := range d.Cells {
		for _, reason := range c.Reasons() {
			if !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
		}
	}
	return &domain.Error{
		Kind: domain.Unavailable, Field: "bench", Msg: "nothing could be measured: " + strings.Join(reasons, "; "),
		Expected: "a good answer at least", Hint: "portent inspect MODEL and portent verify MODEL look into a model; of a server look at its log",
	}
}

// verdict returns the exit status of a run of which there is something to show.
func verdict(d *benchresult.Document) error {
	failed, wrong := 0, 0
	for _, c := range d.Cells {
		failed += c.Failed()
		if c.Error != "" {
			wrong++
		}
	}
	switch {
	case d.Interrupted:
		return &statusError{fmt.Errorf("%w: stopped", errTold), statusStopped}
	case failed > 0 || wrong > 0:
		return &statusError{fmt.Errorf("%w: %d requests had no good answer, %s could not be measured", errTold, failed, cells(wrong)), statusFailures}
	}
	return nil
}

// benchRun is a run: cells, which are measured in turn.
type benchRun struct {
	settings *benchSettings
	targets  benchTargets
	cells    []*benchCell
	started  time.Time
}

// benchCell is one of them, with what is sent.
type benchCell struct {
	*benchresult.Collector
	load *loadgen.Load
	err  error // why nothing can be sent
}

// hopeless returns why, if nothing can be sent at all.
func (r *benchRun) hopeless() error {
	if slices.ContainsFunc(r.cells, func(c *benchCell) bool { return c.err == nil }) {
		return nil
	}
	return r.cells[0].err
}

// plan makes the cells of all targets. One that cannot be sent says why.
func (s *benchSettings) plan(ctx context.Context, targets benchTargets) *benchRun {
	run := &benchRun{settings: s, targets: targets, started: time.Now()}
	for at, target := range targets {
		for _, batch := range target.batches(s) {
			requests, err := target.requests(ctx, batch, &s.sending)
			for _, concurrency := range s.concurrency {
				cell := &benchCell{benchresult.NewCollector(benchresult.Cell{Target: at, Concurrency: concurrency, Batch: batch}), nil, err}
				if err != nil {
					cell.Fail(err)
				}
				cell.load = &loadgen.Load{Predict: target.predictor.Predict, Requests: requests, Concurrency: concurrency, Rate: s.rate}
				run.cells = append(run.cells, cell)
			}
		}
	}
	return run
}

// measure runs the rounds of all cells in turn, and every other time the other way
// round, so that what slows the machine down for a while slows all of them.
func (r *benchRun) measure(ctx context.Context, progress *term.Progress) {
	defer progress.Close()
	window := r.settings.duration / time.Duration(r.settings.rounds)
	for round := range r.settings.rounds {
		order := slices.Clone(r.cells)
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, cell := range order {
			if ctx.Err() != nil {
				return
			}
			if !cell.Failed() {
				cell.Add(cell.load.Run(ctx, r.warmUp(round), window))
			}
			progress.Add(1)
		}
	}
}

func (r *benchRun) warmUp(round int) time.Duration {
	if round == 0 {
		return r.settings.warmUp
	}
	return r.settings.warmUp / 10
}

// estimate returns how long it takes, where requests are short.
func (r *benchRun) estimate() time.Duration {
	cell := r.settings.duration
	for round := range r.settings.rounds {
		cell += r.warmUp(round)
	}
	return cell * time.Duration(len(r.cells))
}

func (r *benchRun) document() *benchresult.Document {
	s := r.settings
	d := &benchresult.Document{
		Schema: benchresult.Schema, Portent: versionNumber(), Time: r.started.UTC(), Machine: benchresult.ThisMachine(),
		Settings: benchresult.Settings{
			Concurrency: s.concurrency, Batch: s.batch, Rate: s.rate, Rounds: s.rounds,
			Duration: s.duration.Seconds(), WarmUp: s.warmUp.Seconds(), Seed: s.seed,
		},
		Cells: []benchresult.Cell{},
	}
	for _, t := range r.targets {
		d.Targets = append(d.Targets, t.about)
	}
	for _, c := range r.cells {
		d.Cells = append(d.Cells, c.Cell())
	}
	return d
}
