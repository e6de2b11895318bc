package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/portent-go/portent/cmd/portent/internal/modelfolder"
	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/domain"
)

const flagOutput = "output"

// choices are the values of flags that have few, for completion.
var choices = map[string][]string{
	"engine":     {engineLocal, engineRemote},
	"isa":        {"avx512", "avx2", "generic"},
	"log-level":  {"debug", "info", "warn", "error"},
	"log-format": {"text", "json"},
	"inputs":     {sendAuto, sendVectors, sendRandom},
	"preset":     {string(modelfolder.ImageNet), string(modelfolder.Half), string(modelfolder.Plain)},
	flagColor:    term.Modes,
}

// outputs are the values of --output, by command.
var outputs = map[string][]string{
	"predict": predictOutputs,
	"inspect": documentOutputs,
	"verify":  documentOutputs,
	"bench":   documentOutputs,
}

// documentOutputs are the formats of commands that tell of one thing.
var documentOutputs = []string{outputTable, outputJSON}

// completeFlags tells the shell's completion what values flags have: the few that
// there are, models and folders.
func completeFlags(root *cobra.Command) {
	for _, cmd := range append(root.Commands(), root) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { completeFlag(cmd, f.Name) })
		switch cmd.Name() {
		case "predict":
			cmd.ValidArgsFunction = filesOf(extensions...)
		case "inspect", "verify", "bench", "init":
			cmd.ValidArgsFunction = filesOf(extensionModel)
		}
	}
}

// completionCommand is the name of the command that cobra makes.
const completionCommand = "completion"

// refuseOtherShells has `portent completion` refuse a shell that it does not know,
// for which cobra's command shows its help and ends well. The root must know by then
// where its output goes: cobra's command notes it when it is made.
func refuseOtherShells(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	completion, _, err := root.Find([]string{completionCommand})
	if err != nil {
		return // cobra makes none
	}
	completion.Use, completion.Long, completion.Example = completionCommand+" SHELL", "", "  source <(portent completion bash)"
	completion.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		var shells []string
		for _, shell := range cmd.Commands() {
			shells = append(shells, shell.Name())
		}
		return &domain.Error{
			Kind: domain.Invalid, Field: args[0], Msg: "is no shell that " + cmd.CommandPath() + " knows", Expected: strings.Join(shells, ", "), Hint: didYouMean("", nearest(args[0], shells)),
		}
	}
	completion.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
}

const extensionModel = ".onnx"

func completeFlag(cmd *cobra.Command, name string) {
	values := choices[name]
	if name == flagOutput {
		values = outputs[cmd.Name()]
	}
	var complete cobra.CompletionFunc
	switch {
	case values != nil:
		complete = cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	case name == "model":
		complete = filesOf(extensionModel)
	case name == "models":
		complete = cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	default:
		return
	}
	// It is an error only for a flag that there is not, or the second time.
	_ = cmd.RegisterFlagCompletionFunc(name, complete)
}

// filesOf completes folders, and files with such extensions.
func filesOf(extensions ...string) cobra.CompletionFunc {
	bare := slices.Clone(extensions)
	for i := range bare {
		bare[i] = bare[i][1:]
	}
	return cobra.FixedCompletions(bare, cobra.ShellCompDirectiveFilterFileExt)
}
