package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// verifySettings is what `portent verify` can be told.
type verifySettings struct {
	loading
	output string
}

func newVerify() *cobra.Command {
	var s verifySettings
	cmd := &cobra.Command{
		Use:   "verify [MODEL]",
		Short: "Run a model's own test vectors",
		Long: "Run the test vectors (test_data_set_N/input_M.pb, output_M.pb) in a model's folder and print how\n" +
			"far the answers are from the expected ones. MODEL is a folder in the layout of ONNX's own tests,\n" +
			"with any number of inputs and outputs, or the model inside the binary if left out.",
		Example:     "  portent verify my-model\n  portent verify --isa generic my-model\n  portent verify --output json my-model | jq .passed",
		Annotations: statuses("0  all test vectors agree", "1  some do not, there are none, or the model cannot be run"),
		Args:        oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				s.model = args[0]
			}
			return verifyModel(cmd, &s)
		},
	}
	s.flags(cmd.Flags())
	cmd.Flags().StringVarP(&s.output, flagOutput, "o", outputTable, "table or json")
	return showVariables(cmd)
}

func verifyModel(cmd *cobra.Command, s *verifySettings) error {
	if err := s.prepare(cmd.Flags()); err != nil {
		return err
	}
	if !slices.Contains(documentOutputs, s.output) {
		return unknownOutput(s.output, documentOutputs)
	}
	chosen, err := s.openChosen(cmd.Context(), serving.Options{}, quiet)
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
	v := verification{folder.Source, folder.Card.SHA256, chosen.Model.Metadata().Device, s.tolerance, err == nil, checkedOf(results)}
	screen, write := screenOf(cmd, cmd.OutOrStdout()), v.table
	if s.output == outputJSON {
		write = func(screen *term.Screen) error { return writeJSON(screen, v) }
	}
	if printErr := write(screen); printErr != nil {
		return printErr
	}
	if err != nil {
		return &domain.Error{Kind: domain.KindOf(err), Field: "model " + folder.Source, Msg: "does not agree with its test vectors", Err: err}
	}
	return nil
}
