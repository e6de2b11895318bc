package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/portent-go/portent/cmd/portent/internal/term"
)

func newRoot(environ []string) *cobra.Command {
	root := &cobra.Command{
		Use:   "portent",
		Short: "Serve a trained model: right, fast, from one binary",
		Long: "Portent is handed an ONNX file, and answers requests for predictions over HTTP and gRPC, or\n" +
			"predicts files. All settings are flags, or the variables in brackets beside them; flags win.",
		Example: "  portent serve                            serve the model inside the binary\n" +
			"  portent serve --model my-model           serve one's own\n" +
			"  portent predict photos/*.jpg             predict without a server",
		Annotations:        statuses("0    it went well", "1    it did not; standard error says why", "130  stopped by a signal before it was done"),
		SilenceErrors:      true,
		SilenceUsage:       true,
		DisableSuggestions: true,          // they are made where the error is told
		Version:            versionText(), // in the library's own words: a template would keep all methods in the binary
	}
	color := colorMode(term.Auto)
	root.PersistentFlags().Var(&color, flagColor, "when to use colours: auto, always or never; auto: on a terminal, unless NO_COLOR is set or TERM is dumb")
	showVariable(root.PersistentFlags().Lookup(flagColor))
	root.AddCommand(newServe(), newPredict(), newVerify(), newInspect(), newBench(), newInit(), newHealth(), newVersion())
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		return applyEnvironment(root, cmd, environ)
	}
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(showHelp)
	root.SetHelpCommand(newHelp())
	completeFlags(root)
	return root
}

// tell writes an error to standard error, with what to do about it.
func tell(cmd *cobra.Command, err error) {
	err = suggestCommand(cmd, err)
	f := failureOf(err)
	if f.hint == "" {
		f.hint = cmd.CommandPath() + " --help says what it takes, with examples"
	}
	f.writeTo(screenOf(cmd, cmd.ErrOrStderr()))
}

// tellSoon tells a command's error, and returns one that has been told. It does not
// wait for ever for whoever reads stderr, so that a server ends.
func tellSoon(cmd *cobra.Command, err error) error {
	told := make(chan struct{})
	go func() {
		defer close(told)
		tell(cmd, err)
	}()
	select {
	case <-told:
	case <-time.After(lastWords):
	}
	return errors.Join(err, errTold)
}

// errTold is an error whose message has been written where it belongs.
var errTold = errors.New("failed")
