package guard

import (
	"fmt"
	"log/slog"
)

// Secret is a token that can be compared and never printed: every way to write it
// down, in a log, in JSON or by a mistake, tells nothing of it.
type Secret struct{ value string }

// NewSecret returns a secret of a text.
func NewSecret(value string) Secret { return Secret{value} }

const redacted = "[redacted]"

// String tells nothing.
func (Secret) String() string { return redacted }

// Format tells nothing, whatever the verb.
func (Secret) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(redacted)) }

// LogValue tells nothing.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON tells nothing.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText tells nothing.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
