package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

func newVerify() *cobra.Command {
	var l loading
	cmd := &cobra.Command{
		Use:   "verify [MODEL]",
		Short: "Run a model's own test vectors; exit status 0 if all agree",
		Long: "Run the test vectors (test_data_set_N) in a model's folder and print how far the answers are\n" +
			"from the expected ones. MODEL is a folder, or the model inside the binary if left out.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				l.model = args[0]
			}
			return verifyModel(cmd, &l)
		},
	}
	l.flags(cmd.Flags())
	return showVariables(cmd)
}

func verifyModel(cmd *cobra.Command, l *loading) error {
	loaded, err := l.open(serving.Options{})
	if err != nil {
		return err
	}
	defer loaded.Model().Close()
	if len(loaded.folder.Vectors) == 0 {
		return &domain.Error{
			Kind: domain.NotFound, Field: "model " + loaded.folder.Source, Msg: "has no test vectors to verify it against",
			Hint: "put inputs and expected outputs into test_data_set_0/input_0.pb and output_0.pb beside model.onnx",
		}
	}
	results, err := loaded.verify(cmd.Context())
	if printErr := printResults(cmd.OutOrStdout(), results); printErr != nil {
		return printErr
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "\n%s: all %d test vectors agree within %g\n", loaded.folder.Source, len(results), l.tolerance)
	return err
}

// printResults writes a table of the vectors' differences.
func printResults(w io.Writer, results []serving.Result) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VECTOR\tRESULT\tMAX ABS\tMAX REL\tWORST ELEMENT")
	for _, r := range results {
		verdict := "ok"
		switch {
		case r.Err != nil:
			verdict = "error: " + r.Err.Error()
		case !r.Passed:
			verdict = "DIFFERS"
		}
		fmt.Fprintf(table, "%s\t%s\t%.3g\t%.3g\t%s\n", r.Vector, verdict, r.MaxAbs, r.MaxRel, r.Worst)
	}
	return table.Flush()
}
