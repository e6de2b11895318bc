package onnxgo

import (
	"io/fs"
	"runtime"
)

// Options are an engine's limits. The zero value asks for the defaults.
type Options struct {
	// Workers is how many predictions run at once, each on one core with memory
	// of its own; more of them wait for their turn. Default: GOMAXPROCS.
	Workers int
	// Threads is how many cores one prediction may use if no other prediction
	// needs them; the answer is the same. Default: 1.
	Threads int
	// MaxMemory is how many bytes the values of one prediction may take; one
	// that takes more is refused. Default: 4 GiB.
	MaxMemory int
	// ISA is the instruction set to compute with: "avx512", "avx2", or "generic",
	// which is Go alone. One that the processor or the build lacks is refused.
	// Default: the fastest there is.
	ISA string
	// External is the folder of the model file, for models that keep their
	// weights in files beside it. Default: such a model is refused.
	External fs.FS
}

const defaultMaxMemory = 4 << 30

func (o Options) withDefaults() Options {
	if o.Workers < 1 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	o.Threads = min(max(o.Threads, 1), o.Workers)
	if o.MaxMemory < 1 {
		o.MaxMemory = defaultMaxMemory
	}
	return o
}
