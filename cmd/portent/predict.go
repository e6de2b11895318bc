package main

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/portent-go/portent/adapters/format/picture"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// predictSettings is what `portent predict` can be told.
type predictSettings struct {
	loading
	topK      int
	output    string
	maxPixels int
	filesFrom string
	recursive bool
	quiet     bool
}

func newPredict() *cobra.Command {
	var s predictSettings
	cmd := &cobra.Command{
		Use:   "predict INPUT...",
		Short: "Predict pictures or tensors without a server",
		Long: "Predict each INPUT: a picture (PNG, JPEG, GIF, WebP, BMP, TIFF), a tensor (NumPy's .npy, ONNX's\n" +
			".pb), a folder of them, a pattern such as 'photos/**/*.jpg', or - for one on standard input. A\n" +
			"tensor with an axis more than the model's input has is predicted row by row.\n\n" +
			"Answers come in the order of the inputs, as soon as they are there. What cannot be predicted is\n" +
			"told on standard error, and the others go on. Standard error has a summary at the end, and\n" +
			"shows progress on long work if it is a terminal.",
		Example: "  portent predict model/samples\n" +
			"  portent predict --output csv --recursive photos >answers.csv\n" +
			"  portent predict --model my-model --output jsonl tensors.npy\n" +
			"  find photos -name '*.jpg' -print0 | portent predict --files-from -",
		Annotations: statuses("0    all inputs were predicted", "1    some inputs could not be predicted, or it could not begin", "130  stopped by Ctrl+C or SIGTERM; what was predicted before has been written"),
		RunE:        func(cmd *cobra.Command, args []string) error { return predict(cmd, &s, args) },
	}
	flags := cmd.Flags()
	s.flags(flags)
	flags.IntVarP(&s.topK, "top-k", "k", 3, "how many classes to show")
	flags.StringVarP(&s.output, flagOutput, "o", outputTable, "table, json, jsonl or csv")
	flags.IntVar(&s.maxPixels, "max-pixels", 24_000_000, "most pixels of one picture")
	flags.StringVar(&s.filesFrom, "files-from", "", "file with the names of further inputs, one a line or with a zero byte behind each; -: standard input")
	flags.BoolVarP(&s.recursive, "recursive", "r", false, "look into the folders below a folder, too")
	flags.BoolVarP(&s.quiet, "quiet", "q", false, "no progress and no summary on standard error")
	return showVariables(cmd)
}

func predict(cmd *cobra.Command, s *predictSettings, args []string) error {
	if err := errors.Join(s.prepare(cmd.Flags()), s.checkInputs(args)); err != nil {
		return err
	}
	write, err := newPrinter(s.output, screenOf(cmd, cmd.OutOrStdout()), s.topK)
	if err != nil {
		return err
	}
	chosen, err := s.openChosen(cmd.Context(), serving.Options{}, quiet)
	if err != nil {
		return err
	}
	defer chosen.Model.Close()
	classifier, err := chosen.classifier()
	if err != nil {
		return err
	}
	if _, err := chosen.verify(cmd.Context()); err != nil {
		return err
	}
	inputs, items, closeList, err := s.inputs(cmd.InOrStdin(), args)
	if err != nil {
		return err
	}
	defer closeList()
	if table, ok := write.(*tablePrinter); ok {
		table.prepare(inputs, classifier.Card().Labels)
	}
	over := oracle{classifier, picture.Limits{MaxPixels: s.maxPixels}}
	r := newReport(cmd, s, len(inputs), write)
	err = inOrder(cmd.Context(), items, s.workers, over.predict, r.take)
	return r.end(cmd.Context(), err)
}

// checkInputs refuses a command line that names no inputs, or standard input twice.
func (s *predictSettings) checkInputs(args []string) error {
	named := 0
	for _, name := range append(slices.Clone(args), s.filesFrom) {
		if name == standardInput {
			named++
		}
	}
	switch {
	case len(args) == 0 && s.filesFrom == "":
		return &domain.Error{Kind: domain.Invalid, Field: "INPUT", Msg: "no input was given", Expected: "at least one", Hint: "name a picture, a folder, or - for standard input: portent predict cat.png"}
	case named > 1:
		return &domain.Error{Kind: domain.Invalid, Field: "INPUT -", Msg: "standard input is named more than once, and can be read once only"}
	default:
		return nil
	}
}

// inputs returns the inputs that are known beforehand, and all inputs.
func (s *predictSettings) inputs(stdin io.Reader, args []string) (known []input, all iter.Seq[input], done func(), err error) {
	e, done := expander{stdin, s.recursive}, func() {}
	known = e.all(args)
	list := stdin
	switch s.filesFrom {
	case "":
		return known, slices.Values(known), done, nil
	case standardInput:
	default:
		file, err := os.Open(s.filesFrom)
		if err != nil {
			return nil, nil, done, &domain.Error{Kind: domain.NotFound, Field: "--files-from " + s.filesFrom, Msg: "cannot be read", Err: withoutName(err)}
		}
		list, done = file, func() { _ = file.Close() }
	}
	return known, func(yield func(input) bool) {
		for _, in := range known {
			if !yield(in) {
				return
			}
		}
		e.listed(list)(yield)
	}, done, nil
}

// stopped reports whether a command ends because it was told to.
func stopped(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() != nil && domain.KindOf(err) == domain.Canceled
}
