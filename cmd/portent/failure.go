package main

import (
	"errors"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/model"
)

// named says which model an error is about, and keeps its kind and hint.
func named(folder *model.Folder, err error) error {
	named := &domain.Error{Kind: domain.KindOf(err), Field: "model " + folder.Source, Msg: "cannot be served", Err: err}
	var e *domain.Error
	if errors.As(err, &e) {
		named.Hint, named.Expected = e.Hint, e.Expected
	}
	return named
}
