package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/model"
)

// Exit statuses of portent inspect, beside 0.
const statusCannotRun = 2

// inspectSettings is what `portent inspect` can be told.
type inspectSettings struct {
	model     string
	output    string
	plan      bool
	isa       string
	maxMemory int
}

func newInspect() *cobra.Command {
	var s inspectSettings
	cmd := &cobra.Command{
		Use:   "inspect [MODEL]",
		Short: "Say what a model is, and whether and how it can be run",
		Long: "Say what is in an ONNX file: inputs and outputs, size, operators, and every reason why it cannot\n" +
			"be run, if there is one. MODEL is an .onnx file or a folder, or the model inside the binary if\n" +
			"left out.",
		Annotations: statuses("0  the model can be run", "1  it is no ONNX model", "2  it cannot be run; standard output says why"),
		Example:     "  portent inspect model.onnx\n  portent inspect --plan my-model\n  portent inspect --output json model.onnx | jq .refusals",
		Args:        oneModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				s.model = args[0]
			}
			return inspect(cmd, &s)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&s.model, "model", "", modelUsage)
	flags.StringVarP(&s.output, flagOutput, "o", outputTable, "table or json")
	flags.BoolVar(&s.plan, "plan", false, "also show the steps that are computed for one row, and by which kernels")
	flags.StringVar(&s.isa, "isa", "", isaUsage)
	flags.IntVar(&s.maxMemory, "max-memory", defaultMaxMemory, maxMemoryUsage)
	return showVariables(cmd)
}

func inspect(cmd *cobra.Command, s *inspectSettings) error {
	if !slices.Contains(documentOutputs, s.output) {
		return unknownOutput(s.output, documentOutputs)
	}
	folder, err := s.folder()
	if err != nil {
		return err
	}
	report, err := onnxgo.Inspect(folder.ONNX, onnxgo.Options{ISA: s.isa, MaxMemory: s.maxMemory, External: folder.FS})
	if err != nil {
		return &domain.Error{Kind: domain.KindOf(err), Field: "model " + folder.Source, Msg: "cannot be inspected", Err: err}
	}
	i := newInspection(folder, report, s.plan)
	screen := screenOf(cmd, cmd.OutOrStdout())
	write := i.table
	if s.output == outputJSON {
		write = func(screen *term.Screen) error { return writeJSON(screen, i) }
	}
	if err := write(screen); err != nil {
		return err
	}
	if len(report.Refusals) > 0 {
		return &statusError{fmt.Errorf("%w: the model cannot be run", errTold), statusCannotRun}
	}
	return nil
}

func (s *inspectSettings) folder() (*model.Folder, error) {
	if s.model == "" {
		return model.Embedded()
	}
	return model.OpenNetwork(s.model)
}
