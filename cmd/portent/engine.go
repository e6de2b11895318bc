package main

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/adapters/engine/openinference"
	"github.com/portent-go/portent/adapters/observe/tracing"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/model"
	"github.com/portent-go/portent/ports"
)

// The engines that --engine names.
const (
	engineLocal  = "onnxgo"
	engineRemote = "remote"
)

// remoteSettings say which other servers run the model.
type remoteSettings struct {
	endpoints []string
	model     string
	version   string
	tokenFile string
	tls       endpointTLS
}

func (r *remoteSettings) flags(flags *pflag.FlagSet) {
	flags.StringSliceVar(&r.endpoints, "endpoint", nil, "server that runs the model, with --engine remote: http://, https://, grpc:// or grpcs:// and host:port; several share the work")
	flags.StringVar(&r.model, "remote-model", "", "the model's name on those servers (default: that of --model)")
	flags.StringVar(&r.version, "remote-version", "", "the model's version on those servers (default: their choice)")
	flags.StringVar(&r.tokenFile, "endpoint-token-file", "", "file that holds the bearer token for those servers; it is read anew when it is needed")
	r.tls.flags(flags)
}

// token returns what gives the bearer token, nil if there is none.
func (r *remoteSettings) token() openinference.Token {
	if r.tokenFile == "" {
		return nil
	}
	return func(context.Context) (string, error) {
		text, err := os.ReadFile(r.tokenFile)
		return strings.TrimSpace(string(text)), err
	}
}

// predictor opens a model on the engine that was chosen.
func (l *loading) predictor(ctx context.Context, folder *model.Folder, logger *slog.Logger) (ports.Predictor, error) {
	switch l.engine {
	case engineLocal:
		return onnxgo.Open(folder.ONNX, onnxgo.Options{
			Workers: l.workers, Threads: l.threads, ISA: l.isa, MaxMemory: l.maxMemory, External: folder.FS,
		})
	case engineRemote:
		name := l.remote.model
		if name == "" {
			name = folder.Card.Name
		}
		config, err := l.remote.tls.config()
		if err != nil {
			return nil, err
		}
		return openinference.Open(ctx, openinference.Options{
			Endpoints: l.remote.endpoints, Model: name, Version: l.remote.version, Token: l.remote.token(), TLS: config, Logger: logger,
			Propagate: tracing.Inject,
		})
	default:
		return nil, &domain.Error{
			Kind: domain.Invalid, Field: "--engine", Msg: "is " + l.engine, Expected: engineLocal + " or " + engineRemote, Got: l.engine,
		}
	}
}

// batching says how requests are joined for the engine.
type batching struct {
	rows  int
	delay time.Duration
}

func (b *batching) flags(flags *pflag.FlagSet) {
	flags.IntVar(&b.rows, "batch", 0, "most inputs of different requests that are computed as one batch, for models whose first axis is the batch; 0: requests are never joined")
	flags.DurationVar(&b.delay, "batch-delay", 2*time.Millisecond, "longest time that a request waits for others to join it, while the engine is busy")
}

// join puts a Batcher over an engine, if that is asked for, and lets as many
// predictions in as can be joined.
func (b *batching) join(predictor ports.Predictor, options *serving.Options) ports.Predictor {
	if b.rows < 2 {
		return predictor
	}
	options.Concurrency = max(options.Concurrency, 2*b.rows)
	return serving.NewBatcher(predictor, serving.BatcherOptions{MaxBatch: b.rows, MaxDelay: b.delay})
}
