package main

import (
	"errors"
	"log/slog"
	"math"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/dustin/go-humanize"
)

// memoryShare is the part of the container's memory that Go's heap may fill before
// the collector works harder. The rest is for what is not on it: the binary, the
// threads' stacks and files that the system keeps in memory for the process.
const memoryShare = 0.9

// limitMemory tells Go's garbage collector how much memory the container has, as
// the scheduler is told by Go itself how many cores. Without it the heap grows to
// twice what is live before it is collected, and the container may be killed with
// half of its memory waiting to be freed. GOMEMLIMIT decides otherwise.
//
// A limit that cannot be found out is a warning and no error: the server serves as
// it would without one.
func limitMemory(container memlimit.Provider, logger *slog.Logger) {
	limit, err := memlimit.Set(memlimit.WithProvider(container), memlimit.WithRatio(memoryShare))
	switch {
	case errors.Is(err, memlimit.ErrCgroupsNotSupported), errors.Is(err, memlimit.ErrNoCgroup):
	case err != nil:
		logger.Warn("the container's memory limit is not known", "error", err)
	case limit != math.MaxInt64:
		logger.Info("memory is limited", "heap", humanize.IBytes(uint64(limit)))
	}
}
