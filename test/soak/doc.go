//go:build linux

// Soak drives real processes of the server through faults, over real sockets and
// for a bounded time, and counts what became of every request. make soak starts it.
//
// For each scenario it counts
//
//   - sent: requests that were begun;
//   - accepted: those answered with status 200, or OK on gRPC, and with every bit of
//     the answer that a quiet server gave to the same input;
//   - refused: those answered with a documented refusal in the documented form, and
//     those that were never taken: no connection could be made, the server closed it
//     before the request was written whole, or it was a connection made after the
//     signal to end and was reset without a byte. Bytes that are not HTTP may be
//     refused by a closed connection, or in plain text by Go's HTTP server;
//   - left: those that the client itself broke off or never finished, and those under
//     way when the scenario killed the server with -9;
//   - wrong: an answer that differs in any bit, a refusal that is not in the
//     documented form or must not come (500 in any case), and a 500 in the server's
//     log;
//   - lost: requests that were written whole and got no whole answer: the connection
//     was closed or reset, or there was no answer within a minute;
//   - crashed: processes that ended when they should not have, or with another exit
//     status than they should have, or in whose log is a panic, a fatal error or a
//     data race; and conditions of a scenario that did not hold, such as goroutines
//     that did not go away.
//
// Each request is in exactly one of accepted, refused, left, wrong and lost. The exit
// status is 1 unless wrong, lost and crashed are 0 everywhere. What cannot be tried
// here, for want of rights for example, is told as SKIPPED.
//
// Client and server share the machine's processors. What is measured on the server's
// own clock therefore includes the times at which the client had the processor.
package main
