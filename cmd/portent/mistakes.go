package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/portent-go/portent/domain"
)

// otherNames are what other programs call our flags and commands.
var otherNames = map[string][]string{
	"addr":      {"port", "host", "http-addr", "bind", "listen", "address"},
	"grpc-addr": {"grpc-port", "grpc"},
	"log-level": {"verbose", "debug"},
	"max-batch": {"max-batch-size"},
	"model":     {"model-path", "model-dir"},
	"models":    {"model-repository", "model-store"},
	"output":    {"format", "json", "out"},
	"top-k":     {"topk", "top", "n"},
	"workers":   {"concurrency", "jobs", "num-workers"},
	"predict":   {"run", "classify", "infer"},
	"serve":     {"start", "server"},
	"verify":    {"test", "check"},
	"inspect":   {"show", "info", "describe"},
	"health":    {"ping", "status"},
}

// nearest returns the names that may be meant by one that there is not: those that
// others call so, or those that are spelt nearly so.
func nearest(name string, names []string) []string {
	const furthest = 2
	over := &cobra.Command{SuggestionsMinimumDistance: min(furthest, max(1, len(name)/2))}
	var meant []string
	for _, n := range names {
		over.AddCommand(&cobra.Command{Use: n, Run: func(*cobra.Command, []string) {}})
		if slices.Contains(otherNames[n], name) {
			meant = append(meant, n)
		}
	}
	if meant == nil {
		meant = over.SuggestionsFor(name)
	}
	slices.Sort(meant)
	return slices.Compact(meant)
}

// didYouMean returns a hint with what may be meant, "" if nothing is near.
func didYouMean(prefix string, near []string) string {
	if len(near) == 0 {
		return ""
	}
	return "did you mean " + prefix + strings.Join(near, " or "+prefix) + "?"
}

// flagError says what is wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	var empty *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		e := &domain.Error{Kind: domain.Invalid, Field: "--" + unknown.GetSpecifiedName(), Msg: "is no flag of " + cmd.CommandPath()}
		if group := unknown.GetSpecifiedShortnames(); group != "" {
			e.Field = "-" + group
		} else {
			e.Hint = didYouMean("--", nearest(unknown.GetSpecifiedName(), flagsOf(cmd)))
		}
		return e
	case errors.As(err, &invalid):
		return unfit("--"+invalid.GetFlag().Name, invalid.GetValue(), invalid.GetFlag(), errors.Unwrap(invalid))
	case errors.As(err, &empty):
		return &domain.Error{Kind: domain.Invalid, Field: "--" + empty.GetFlag().Name, Msg: "needs a value", Expected: valuesOf[empty.GetFlag().Value.Type()]}
	default:
		return err
	}
}

func flagsOf(cmd *cobra.Command) (names []string) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// valuesOf says in words what values the types of flags have.
var valuesOf = map[string]string{
	"bool": "true or false", "int": "a whole number", "int64": "a whole number", "float64": "a number", "duration": "a duration such as 500ms, 30s or 2m",
}

// unfit is the error of a setting's value.
func unfit(field, value string, flag *pflag.Flag, cause error) error {
	e := &domain.Error{Kind: domain.Invalid, Field: field, Msg: fmt.Sprintf("%q does not fit", value), Expected: valuesOf[flag.Value.Type()]}
	var own *domain.Error
	var number *strconv.NumError
	switch {
	case errors.As(cause, &own):
		e.Msg, e.Expected = own.Msg, own.Expected
	case errors.As(cause, &number) && errors.Is(number.Err, strconv.ErrRange):
		e.Err = number.Err
	case e.Expected == "":
		e.Err = cause
	}
	return e
}

// suggestCommand names the commands that may be meant by one that there is not.
func suggestCommand(cmd *cobra.Command, err error) error {
	root := cmd.Root()
	rest, found := strings.CutPrefix(err.Error(), "unknown command ")
	if !found {
		return err
	}
	quoted, _ := strconv.QuotedPrefix(rest)
	name, quoteErr := strconv.Unquote(quoted)
	if quoteErr != nil {
		return err
	}
	var names []string
	for _, of := range root.Commands() {
		if of.IsAvailableCommand() {
			names = append(names, of.Name())
		}
	}
	return &domain.Error{
		Kind: domain.Invalid, Field: name, Msg: "is no command of " + root.CommandPath(), Expected: strings.Join(names, ", "),
		Hint: didYouMean("", nearest(name, names)),
	}
}

// noArguments refuses arguments, all of which are flags in this program but models
// and inputs.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	e := &domain.Error{Kind: domain.Invalid, Field: args[0], Msg: cmd.CommandPath() + " takes flags only"}
	if cmd.Flags().Lookup("model") != nil {
		e.Hint = "a model is named by --model " + args[0]
	}
	return e
}

// oneModel refuses more arguments than one.
func oneModel(cmd *cobra.Command, args []string) error {
	if len(args) < 2 {
		return nil
	}
	return &domain.Error{Kind: domain.Invalid, Field: args[1], Msg: cmd.CommandPath() + " takes one model", Got: strings.Join(args, " ")}
}
