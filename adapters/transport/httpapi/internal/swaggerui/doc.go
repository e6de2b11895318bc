// Package swaggerui holds the page that shows an OpenAPI document and lets a
// person try it, with the files that it asks for, so that it works without
// internet. NOTICE says whose they are.
//
// The files are written by a generator, and large ones are compressed: most
// browsers get them as they lie in the binary.
package swaggerui

//go:generate go -C ../../../../../tools run ./swaggerui ../adapters/transport/httpapi/internal/swaggerui ../openapi.json
