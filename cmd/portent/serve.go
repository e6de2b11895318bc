package main

import (
	"context"
	"errors"
	"log/slog"
	"os/signal"
	"syscall"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/model"
)

const (
	defaultAddr     = ":8000"
	defaultGRPCAddr = ":8001"
	addrOff         = "off"
)

// serveSettings is what `portent serve` can be told.
type serveSettings struct {
	loading
	models       string
	defaultModel string
	poll         time.Duration
	addr         string
	grpcAddr     string
	queue        int
	timeout      time.Duration
	ending
	connectionSettings
	maxBody   int64
	maxBatch  int
	maxPixels int
	observing
	tls   tlsSettings
	guard guardSettings
}

func newServe() *cobra.Command {
	var s serveSettings
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve models over HTTP and gRPC",
		Long: "Load a model, or all models of a folder, check each against its own test vectors, and answer\n" +
			"POST /predict, and the Open Inference Protocol (version 2) over HTTP and gRPC.",
		Annotations: statuses("0  it was told to end, and everything that it had accepted was answered", "1  it could not begin, or not everything was answered"),
		Example: "  portent serve --model my-model\n  portent serve --models models --poll 5s\n" +
			"  portent serve --engine remote --endpoint grpc://gpu.example:8001 --remote-model resnet",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(cmd, &s) },
	}
	s.allFlags(cmd.Flags())
	cmd.MarkFlagsMutuallyExclusive("model", "models")
	cmd.MarkFlagsMutuallyExclusive("model-name", "models")
	return showVariables(cmd)
}

func (s *serveSettings) allFlags(flags *pflag.FlagSet) {
	s.loading.flags(flags)
	s.batching.flags(flags)
	s.tls.flags(flags)
	s.guard.flags(flags)
	flags.StringVar(&s.name, "model-name", "", "what clients call the model of --model (default: the name in its config.json, or its folder's)")
	flags.StringVar(&s.models, "models", "", "folder of models to serve, a folder each, with a numbered folder for each version if there are several")
	flags.StringVar(&s.defaultModel, "default-model", "", "which of --models /predict asks (default: the first by name)")
	flags.DurationVar(&s.poll, "poll", 0, "how often to look whether --models has changed; 0: models change by request only")
	flags.StringVar(&s.addr, "addr", defaultAddr, "address to listen on for HTTP; port 0 takes a free one; off: no HTTP")
	flags.StringVar(&s.grpcAddr, "grpc-addr", defaultGRPCAddr, "address to listen on for gRPC; port 0 takes a free one; off: no gRPC")
	flags.IntVar(&s.queue, "queue", 0, "predictions that may wait for their turn (default: 64 a worker; -1: none)")
	flags.DurationVar(&s.timeout, "timeout", 30*time.Second, "longest time for a prediction, waiting included")
	s.ending.flags(flags)
	s.connectionSettings.flags(flags)
	flags.Int64Var(&s.maxBody, "max-body", 16<<20, "largest request in bytes")
	flags.IntVar(&s.maxBatch, "max-batch", 256, "most inputs in one batch request")
	flags.IntVar(&s.maxPixels, "max-pixels", 24_000_000, "most pixels of one picture")
	s.observing.flags(flags)
}

func serve(cmd *cobra.Command, s *serveSettings) (err error) {
	start, ctx := time.Now(), cmd.Context()
	s.samples = new(sampleFolders)
	if err := s.prepare(cmd.Flags()); err != nil {
		return err
	}
	signal.Ignore(syscall.SIGPIPE) // else the process ends when whoever reads its log has gone
	logger, endLog, err := s.logger(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	defer func() {
		endLog()
		if err != nil && !stopped(ctx, err) {
			err = tellSoon(cmd, err)
		}
	}()
	if err := s.secure(logger); err != nil {
		return err
	}
	defer s.followFiles(ctx, logger)() // from here on: SIGHUP would end the process while models load
	stopTracing, err := s.trace(ctx, logger)
	if err != nil {
		return err
	}
	defer stopTracing()
	limitMemory(memlimit.FromCgroup, logger)
	offer, err := s.load(ctx, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, offer.repository.Close()) }()
	if err := s.observe(offer.repository); err != nil {
		return err
	}
	servers, err := s.listen(ctx, offer, logger)
	if err != nil {
		return err
	}
	if err := newBanner(offer, servers, s.tls.scheme(), time.Since(start)).writeTo(screenOf(cmd, cmd.OutOrStdout())); err != nil {
		logger.Warn("the banner cannot be written", "error", err)
	}
	defer readPromptly()()
	defer offer.follow(ctx, s.poll, logger)()
	return servers.serveUntil(ctx, offer.repository, s.ending, logger)
}

// secure reads what the servers need to know their callers, and to be known.
func (s *serveSettings) secure(logger *slog.Logger) error {
	if err := s.tls.open(logger); err != nil {
		return err
	}
	return s.guard.open(s.tls.clientCA != "")
}

// offer is what is served.
type offer struct {
	repository *serving.Repository
	chosen     *opened           // the model of --model; nil for a folder of models
	selfTest   string            // how its self-test ended
	store      *model.Store      // the folder of --models; nil for a single model
	before     map[string]string // its fingerprints before its models were loaded
	failed     []serving.Status  // models of the folder that could not be loaded
}

// load opens and verifies what is to be served.
func (s *serveSettings) load(ctx context.Context, logger *slog.Logger) (*offer, error) {
	options := serving.Options{Queue: s.queue, Timeout: s.timeout}
	if s.models != "" {
		return s.loadStore(ctx, options, logger)
	}
	if err := plainName(s.name); err != nil {
		return nil, err
	}
	chosen, err := s.openChosen(ctx, options, logger)
	if err != nil {
		return nil, err
	}
	results, err := chosen.verify(ctx)
	if err != nil {
		return nil, errors.Join(err, chosen.Model.Close())
	}
	return &offer{repository: serving.Single(chosen.Served), chosen: chosen, selfTest: selfTest(results, s.tolerance)}, nil
}

func (s *serveSettings) loadStore(ctx context.Context, options serving.Options, logger *slog.Logger) (*offer, error) {
	store, err := model.OpenStore(s.models)
	if err != nil {
		return nil, err
	}
	before, err := store.Fingerprints()
	if err != nil {
		return nil, err
	}
	repository := serving.NewRepository(&storeLoader{loading: &s.loading, store: store, options: options, logger: logger})
	err = loadAll(ctx, repository, store, before, logger)
	if err == nil {
		err = defaultModel(repository, s.defaultModel)
	}
	if err != nil {
		return nil, errors.Join(err, repository.Close())
	}
	index, err := repository.Index(ctx)
	if err != nil {
		return nil, errors.Join(err, repository.Close())
	}
	o := &offer{repository: repository, store: store, before: before}
	for _, status := range index {
		if status.State != serving.Ready {
			o.failed = append(o.failed, status)
		}
	}
	return o, nil
}

// follow keeps the repository as the folder of models is, if that is asked for,
// until the function that it returns is called.
func (o *offer) follow(ctx context.Context, every time.Duration, logger *slog.Logger) (stop func()) {
	if o.store == nil || every <= 0 {
		return func() {}
	}
	w := newWatcher(o.store.Fingerprints, o.before, o.repository, logger)
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	ticker := time.NewTicker(every)
	go func() {
		defer close(ended)
		w.run(ctx, ticker.C)
	}()
	return func() {
		cancel()
		ticker.Stop()
		<-ended
	}
}
