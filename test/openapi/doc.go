// Package openapi checks the documents of the HTTP interface: that they are valid,
// and that requests and answers are as they say. Run it by `make openapi-test`.
//
// It is a module of its own, so that importers of the library carry no validator.
package openapi
