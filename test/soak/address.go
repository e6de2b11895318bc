//go:build linux

package main

import "net"

// freeAddress returns an address on which nobody listens, for a server that cannot
// tell which it has taken.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
