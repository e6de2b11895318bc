package httpapi

import (
	"io/fs"
	"log/slog"
	"net/http"

	"github.com/portent-go/portent/domain"
)

// Options are the limits and the particulars of a Handler. The zero value asks
// for the defaults.
type Options struct {
	// Logger gets a line for each request: level Debug, Error where the fault is
	// the server's. Default: none.
	Logger *slog.Logger
	// Version is the server's own, shown in the documents.
	Version string
	// MaxBody is the largest request body in bytes. Default: 16 MiB.
	MaxBody int64
	// MaxBatch is the most inputs of one batch request. Default: 256.
	MaxBatch int
	// MaxPixels is the most pixels of one picture. Default: the decoder's, 24
	// million.
	MaxPixels int
	// ExamplePicture is a picture's file that the documents show as the example,
	// as a thumbnail if it is large. Default, and for a model that does not take
	// it: a made-up one.
	ExamplePicture []byte
	// SelfTest says in words how the model's self-test ended, for its card. It is
	// about the default model at the time the Handler is made.
	SelfTest string
	// Samples returns the folder of the pictures that came with a version of a model,
	// for people to try; nil if there are none. What is in the folder is shown to
	// everybody who may ask for predictions. Default: none.
	Samples func(model, version string) fs.FS
	// Mounts are other interfaces that the server has beside this one. Default:
	// none.
	Mounts []Mount
	// Middleware is put before all routes and mounts, the first outermost. It runs
	// when the answer has its X-Request-Id and its headers against abuse, and what it
	// refuses has a line in the log. It must hand on the ResponseWriter that it gets.
	// Default: none.
	Middleware []func(http.Handler) http.Handler
	// Asked is what the Middleware asks of callers, for the documents. Default:
	// nothing.
	Asked Asked
}

const (
	defaultMaxBody  = 16 << 20
	defaultMaxBatch = 256
)

func (o Options) withDefaults() (Options, error) {
	if o.MaxBody < 0 || o.MaxBatch < 0 || o.MaxPixels < 0 {
		return o, domain.Errorf(domain.Invalid, "a limit of the HTTP interface is negative: body %d, batch %d, pixels %d", o.MaxBody, o.MaxBatch, o.MaxPixels)
	}
	for _, mount := range o.Mounts {
		if err := mount.check(); err != nil {
			return o, err
		}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Version == "" {
		o.Version = "devel"
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	if o.MaxBatch == 0 {
		o.MaxBatch = defaultMaxBatch
	}
	return o, nil
}
