//go:build linux

package main

import (
	"context"
	"net"
	"os"
)

// freeAddress returns an address on which nobody listens, for a server that cannot
// tell which it has taken.
func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// closed closes a file of which nothing is expected any more.
func closed(file *os.File) { _ = file.Close() }
