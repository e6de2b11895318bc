// Package guard decides which callers a transport listens to: those that show a
// known token or a certificate, and no more often than their share.
//
// It knows no model and no protocol. Guard.HTTP puts it before an http.Handler, and
// the package grpcguard before gRPC; CORS says which pages of other origins a
// browser lets read the answers.
package guard
