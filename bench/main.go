// Command bench measures Portent against its peers: engines on the same models,
// and servers on the same requests.
//
//	make            everything, in less than 15 minutes
//	make quick      everything once, in less than 3 minutes
//	.cache/bin/bench -h
//
// It is started in the folder bench, where `make programs libraries` has put
// into .cache what it runs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process at once
	settings, err := parse(os.Args[1:])
	if err == nil {
		err = run(ctx, settings)
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
