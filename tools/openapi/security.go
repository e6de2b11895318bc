package main

import "github.com/getkin/kin-openapi/openapi3"

// bearer is the security scheme for which Swagger 2.0 has no type: there it is a key
// in the header Authorization.
const bearer = "bearer"

// typeBearer gives the scheme the type that OpenAPI 3 has for it. Programs then
// write the word Bearer themselves.
func typeBearer(doc *openapi3.T) {
	scheme := doc.Components.SecuritySchemes[bearer]
	if scheme == nil || scheme.Value.In != openapi3.ParameterInHeader || scheme.Value.Name != "Authorization" {
		return
	}
	scheme.Value = openapi3.NewSecurityScheme().WithType("http").WithScheme("bearer").WithDescription("a token that the server knows")
}
