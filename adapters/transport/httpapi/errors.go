package httpapi

import (
	"net/http"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// byKind is the table of errors: how each of the domain's kinds is answered.
var byKind = web.NewTable(http.StatusUnprocessableEntity)

// invalid refuses a value that is well-formed but not what is asked for, named
// by its field.
func invalid(field, msg, expected, got, hint string) error {
	return web.Refusal{
		Row: byKind[domain.Invalid], Pointer: web.PointerOf(field),
		Reason: &domain.Error{Kind: domain.Invalid, Field: field, Msg: msg, Expected: expected, Got: got, Hint: hint},
	}
}
