package grpcapi

import (
	"fmt"
	"runtime/debug"

	"google.golang.org/grpc"
)

// received is how a receive has ended.
type received struct {
	err   error
	cause any // of a panic; nil if there was none
}

// receive has a message of a stream received by a goroutine of its own, so that who
// waits for it can give up.
func receive(stream grpc.ServerStream, message any) <-chan received {
	ended := make(chan received, 1)
	go func() {
		var r received
		defer func() {
			if cause := recover(); cause != nil {
				r.cause = fmt.Sprintf("%v, while a request was received:\n%s", cause, debug.Stack())
			}
			ended <- r
		}()
		r.err = stream.RecvMsg(message)
	}()
	return ended
}

// result returns the receive's error. A panic goes on in the goroutine of whoever has
// waited, where it ends one call and not the program.
func (r received) result() error {
	if r.cause != nil {
		panic(r.cause)
	}
	return r.err
}
