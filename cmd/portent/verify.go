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
		Long: "Run the test vectors (test_data_set_N/input_M.pb, output_M.pb) in a model's folder and print how\n" +
			"far the answers are from the expected ones. MODEL is a folder in the layout of ONNX's own tests,\n" +
			"with any number of inputs and outputs, or the model inside the binary if left out.",
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
	if err := l.prepare(cmd.Flags()); err != nil {
		return err
	}
	chosen, err := l.openChosen(cmd.Context(), serving.Options{}, quiet)
	if err != nil {
		return err
	}
	defer chosen.Model.Close()
	folder := chosen.folder
	if len(folder.Vectors) == 0 {
		return &domain.Error{
			Kind: domain.NotFound, Field: "model " + folder.Source, Msg: "has no test vectors to verify it against",
			Hint: "put inputs and expected outputs into test_data_set_0/input_0.pb and output_0.pb beside model.onnx",
		}
	}
	results, err := chosen.Model.Verify(cmd.Context())
	if printErr := printResults(cmd.OutOrStdout(), results); printErr != nil {
		return printErr
	}
	if err != nil {
		return &domain.Error{Kind: domain.KindOf(err), Field: "model " + folder.Source, Msg: "does not agree with its test vectors", Err: err}
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "\n%s: %s within %g\n", folder.Source, agreed(len(results)), l.tolerance)
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

func agreed(vectors int) string {
	if vectors == 1 {
		return "the test vector agrees"
	}
	return fmt.Sprintf("all %d test vectors agree", vectors)
}
