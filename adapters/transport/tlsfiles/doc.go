// Package tlsfiles makes the TLS configuration of a server from files of a
// certificate, its key and the authorities of clients, and follows them when they
// change.
//
// A connection keeps what it was made with; the next one gets what the files hold.
// New files that are not sound change nothing.
package tlsfiles
