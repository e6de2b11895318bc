package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/domain"
)

func newRoot(environ []string) *cobra.Command {
	root := &cobra.Command{
		Use:           "portent",
		Short:         "Serve a trained model: right, fast, from one binary",
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       versionText(),
	}
	root.SetVersionTemplate("{{.Version}}\n")
	color := colorMode(term.Auto)
	root.PersistentFlags().Var(&color, flagColor, "when to use colours: auto, always or never (default auto: on a terminal, unless NO_COLOR is set or TERM is dumb)")
	root.AddCommand(newServe(), newPredict(), newVerify(), newInspect(), newHealth(), newVersion())
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		return applyEnvironment(root, cmd, environ)
	}
	return root
}

// explain tells an error in up to three parts: what happened and where, what was
// expected, and what to do.
func explain(err error) string {
	text := strings.TrimSpace(err.Error())
	var e *domain.Error
	if errors.As(err, &e) {
		if e.Expected != "" && !strings.Contains(text, e.Expected) {
			text += "\n  expected: " + e.Expected
		}
		if e.Hint != "" {
			text += "\n  hint: " + e.Hint
		}
	}
	if strings.HasPrefix(text, "unknown command") || strings.HasPrefix(text, "unknown flag") || strings.HasPrefix(text, "unknown shorthand") {
		text += "\n  hint: portent --help lists the commands, portent COMMAND --help its flags"
	}
	return text
}
