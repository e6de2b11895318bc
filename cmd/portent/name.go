package main

import (
	"net/url"
	"strings"

	"github.com/portent-go/portent/domain"
)

// plainName refuses a name for a model that could not stand in a path as it is.
func plainName(name string) error {
	if url.PathEscape(name) == name && !strings.HasPrefix(name, ".") {
		return nil
	}
	return &domain.Error{
		Kind: domain.Invalid, Field: "--model-name", Msg: "cannot stand in a path",
		Expected: "letters, digits, and - _ . between them", Got: name,
	}
}
