package main

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/domain"
)

const flagColor = "color"

// environKey is where a command's context has the environment.
type environKey struct{}

func withEnviron(ctx context.Context, environ []string) context.Context {
	return context.WithValue(ctx, environKey{}, environ)
}

// screenOf returns what one of a command's streams can show.
func screenOf(cmd *cobra.Command, w io.Writer) *term.Screen {
	environ, _ := cmd.Root().Context().Value(environKey{}).([]string)
	mode := term.Auto
	if flag := cmd.Root().PersistentFlags().Lookup(flagColor); flag != nil {
		mode = flag.Value.String()
	}
	return term.New(w, mode, environ)
}

// colorMode is the value of --color.
type colorMode string

func (m *colorMode) String() string { return string(*m) }
func (m *colorMode) Type() string   { return "when" }

func (m *colorMode) Set(value string) error {
	if !slices.Contains(term.Modes, value) {
		return &domain.Error{Kind: domain.Invalid, Msg: value + " is none of its values", Expected: strings.Join(term.Modes, ", ")}
	}
	*m = colorMode(value)
	return nil
}
