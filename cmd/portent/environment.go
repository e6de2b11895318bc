package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/portent-go/portent/domain"
)

const environmentPrefix = "PORTENT_"

// variableOf returns the environment variable of a flag: PORTENT_MAX_BODY for
// --max-body.
func variableOf(flag string) string {
	return environmentPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// applyEnvironment sets the command's flags that were not given on the command
// line from their variables. A PORTENT_ variable that is no command's flag is an
// error: it would be a setting that somebody relies on and nobody reads. Those that
// Kubernetes makes of a Service with such a name are none of ours.
func applyEnvironment(root, cmd *cobra.Command, environ []string) error {
	known, services := variables(root), servicesIn(environ)
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, environmentPrefix) {
			continue
		}
		flag, ok := known[name]
		if !ok && services.made(name) {
			continue
		}
		if !ok {
			return &domain.Error{
				Kind: domain.Invalid, Field: name, Msg: "is not a setting",
				Hint: "the settings are " + strings.Join(sorted(known), ", "),
			}
		}
		own := cmd.Flags().Lookup(flag)
		if own == nil || own.Changed {
			continue
		}
		if err := cmd.Flags().Set(flag, value); err != nil {
			return &domain.Error{Kind: domain.Invalid, Field: name, Msg: fmt.Sprintf("%q does not fit", value), Err: err}
		}
	}
	return nil
}

// variables returns the flag of every variable that some command reads.
func variables(root *cobra.Command) map[string]string {
	known := make(map[string]string)
	add := func(f *pflag.Flag) {
		if f.Name != "help" && f.Name != "version" {
			known[variableOf(f.Name)] = f.Name
		}
	}
	root.PersistentFlags().VisitAll(add)
	for _, cmd := range root.Commands() {
		cmd.Flags().VisitAll(add)
	}
	return known
}

func sorted(known map[string]string) []string {
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// showVariables adds to each flag's help the variable that sets it.
func showVariables(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		f.Usage += " [" + variableOf(f.Name) + "]"
	})
	return cmd
}
