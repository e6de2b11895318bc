// Package worker runs a peer in a process of its own, so that no other peer's
// memory, threads or garbage collector is measured with it.
//
// Serve is the peer's side, Start the side of the one who measures. They talk in
// lines of JSON: the configuration is the process's only argument, requests come
// on its standard input, and one reply to each goes to its standard output.
package worker
