// Package docs holds the documents of the HTTP interface. The generator writes
// them from the comments on the handlers; who serves them fills in what only the
// loaded model knows.
package docs

import _ "embed"

// Swagger is the Swagger 2.0 document, JSON.
//
//go:embed swagger.json
var Swagger string

// OpenAPI is the same document in OpenAPI 3.0, JSON.
//
//go:embed openapi.json
var OpenAPI string
