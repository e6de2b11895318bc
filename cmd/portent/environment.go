package main

import (
	"errors"
	"maps"
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
			return unknownVariable(name, known)
		}
		own := cmd.Flags().Lookup(flag)
		if own == nil || own.Changed || own.Annotations[noVariable] != nil {
			continue
		}
		if err := cmd.Flags().Set(flag, value); err != nil {
			var invalid *pflag.InvalidValueError
			if errors.As(err, &invalid) {
				err = errors.Unwrap(invalid)
			}
			return unfit(name, value, own, err)
		}
	}
	return nil
}

// variables returns the flag of every variable that some command reads.
func variables(root *cobra.Command) map[string]string {
	known := make(map[string]string)
	add := func(f *pflag.Flag) {
		if f.Name != "help" && f.Name != "version" && f.Annotations[noVariable] == nil {
			known[variableOf(f.Name)] = f.Name
		}
	}
	root.PersistentFlags().VisitAll(add)
	for _, cmd := range root.Commands() {
		cmd.Flags().VisitAll(add)
	}
	return known
}

// unknownVariable names the settings that may be meant, or all of them.
func unknownVariable(name string, known map[string]string) error {
	meant := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, environmentPrefix), "_", "-"))
	e := &domain.Error{Kind: domain.Invalid, Field: name, Msg: "is not a setting"}
	near := nearest(meant, slices.Collect(maps.Values(known)))
	for i := range near {
		near[i] = variableOf(near[i])
	}
	if e.Hint = didYouMean("", near); e.Hint == "" {
		e.Hint = "the settings are " + strings.Join(slices.Sorted(maps.Keys(known)), ", ")
	}
	return e
}

const annotationVariable = "variable"

// showVariables has help show with each flag the variable that sets it.
func showVariables(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().VisitAll(showVariable)
	return cmd
}

func showVariable(f *pflag.Flag) {
	if f.Annotations[noVariable] != nil {
		return
	}
	if f.Annotations == nil {
		f.Annotations = make(map[string][]string)
	}
	f.Annotations[annotationVariable] = []string{variableOf(f.Name)}
}
