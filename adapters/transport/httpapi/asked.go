package httpapi

// Asked is what the Middleware asks of callers. The zero value asks nothing.
type Asked struct {
	// Token is one of the server's, as a bearer token or in X-API-Key. Without one a
	// request is answered with 401.
	Token bool
	// Certificate is one that the TLS handshake has verified. Without one a request is
	// answered with 401.
	Certificate bool
	// Share has requests answered with 429 that are more than a caller's share.
	Share bool
}

// fillIn takes out of a document what no caller will meet, and says which
// operations ask for a token: those that may answer with 401. Version 3.0 of
// OpenAPI has no word for certificates of clients, so they are told of in words.
func (a Asked) fillIn(doc object) {
	for _, item := range at(doc, "paths") {
		for _, operation := range item.(object) {
			a.fillInOperation(operation.(object))
		}
	}
	if !a.Token {
		delete(doc, "securityDefinitions") // of Swagger 2
		if components, ok := doc["components"].(object); ok {
			delete(components, "securitySchemes")
		}
	}
	if a.Certificate {
		info := at(doc, "info")
		text, _ := info["description"].(string)
		info["description"] = text + " Callers must show a certificate over TLS, except to ask whether the server is well."
	}
}

func (a Asked) fillInOperation(operation object) {
	responses := at(operation, "responses")
	if _, closed := responses["401"]; closed && a.Token {
		operation["security"] = []any{object{"bearer": []any{}}, object{"key": []any{}}}
	}
	if !a.Token && !a.Certificate {
		delete(responses, "401")
	}
	if !a.Share {
		delete(responses, "429")
	}
}
