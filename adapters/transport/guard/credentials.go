package guard

import "strings"

// The fields, of HTTP's header and of gRPC's metadata, in which a token comes.
const (
	FieldAuthorization = "authorization"
	FieldAPIKey        = "x-api-key"
)

// TokenOf returns the token that a caller shows, nil if it shows none: as a bearer
// token in one of the fields, else as it is in the other. Values are what the
// fields hold. Of two tokens in a field none counts, for it is not said which was
// meant.
func TokenOf(authorization, apiKey []string) *Secret {
	if len(authorization) == 1 {
		scheme, token, _ := strings.Cut(strings.TrimSpace(authorization[0]), " ")
		if token = strings.TrimSpace(token); strings.EqualFold(scheme, "Bearer") && token != "" {
			return &Secret{token}
		}
	}
	if len(apiKey) == 1 && strings.TrimSpace(apiKey[0]) != "" {
		return &Secret{strings.TrimSpace(apiKey[0])}
	}
	return nil
}
