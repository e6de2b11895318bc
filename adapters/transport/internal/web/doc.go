// Package web holds what all transports over HTTP have in common: the body of an
// error, how an error finds its status, and request bodies in buffers that are
// used again.
//
// It knows no route, no protocol and no model.
package web
