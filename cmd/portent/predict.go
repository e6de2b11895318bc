package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/portent-go/portent/adapters/format/onnxfile"
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
}

func newPredict() *cobra.Command {
	var s predictSettings
	cmd := &cobra.Command{
		Use:   "predict INPUT...",
		Short: "Predict pictures or tensors without a server",
		Long: "Predict each INPUT: a picture, a tensor in ONNX's .pb format, a folder of them, or - for one\n" +
			"on standard input. What cannot be predicted is told on standard error; the others go on,\n" +
			"and the exit status is 1.",
		Example: "  portent predict model/samples\n  portent predict --output json cat.png",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return nil
			}
			return &domain.Error{Kind: domain.Invalid, Field: "predict", Msg: "no input was given", Expected: "at least one", Hint: "name a picture, a folder, or - for standard input"}
		},
		RunE: func(cmd *cobra.Command, args []string) error { return predict(cmd, &s, args) },
	}
	s.flags(cmd.Flags())
	cmd.Flags().IntVar(&s.topK, "top-k", 3, "how many classes to show")
	cmd.Flags().StringVar(&s.output, "output", "table", "table, json, jsonl or csv")
	cmd.Flags().IntVar(&s.maxPixels, "max-pixels", 24_000_000, "most pixels of one picture")
	return showVariables(cmd)
}

func predict(cmd *cobra.Command, s *predictSettings, args []string) error {
	if err := s.prepare(cmd.Flags()); err != nil {
		return err
	}
	write, err := newPrinter(s.output, cmd.OutOrStdout(), s.topK)
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
	failed, total, err := predictAll(cmd, classifier, s, args, write)
	if err != nil {
		return err
	}
	if err := write.close(); err != nil {
		return err
	}
	if failed > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "portent: %d of %d inputs could not be predicted\n", failed, total)
		return errTold
	}
	return nil
}

// predictAll predicts one input after the other and goes on after a bad one.
func predictAll(cmd *cobra.Command, c *serving.Classifier, s *predictSettings, args []string, write printer) (failed, total int, err error) {
	for in, expandErr := range inputs(args, cmd.InOrStdin()) {
		if err := domain.FromContext(cmd.Context(), "predicting"); err != nil {
			return failed, total, err
		}
		total++
		var prediction domain.Prediction
		if err = expandErr; err == nil {
			prediction, err = predictOne(cmd.Context(), c, in, s.maxPixels)
		}
		if err != nil {
			failed++
			fmt.Fprintf(cmd.ErrOrStderr(), "portent: %s: %s\n", in.name, explain(err))
			continue
		}
		if err := write.add(in.name, prediction); err != nil {
			return failed, total, err
		}
	}
	return failed, total, nil
}

// predictOne classifies one input: a tensor if its name says so, else a picture.
func predictOne(ctx context.Context, c *serving.Classifier, in input, maxPixels int) (domain.Prediction, error) {
	data, err := in.read()
	if err != nil {
		return domain.Prediction{}, err
	}
	if in.tensor() {
		_, tensor, err := onnxfile.ReadTensor(data)
		if err != nil {
			return domain.Prediction{}, err
		}
		return c.ClassifyTensor(ctx, tensor)
	}
	img, err := picture.Decode(data, picture.Limits{MaxPixels: maxPixels})
	if err != nil {
		return domain.Prediction{}, err
	}
	return c.Classify(ctx, img)
}

// readAll reads an input of a bounded size.
func readAll(r io.Reader) ([]byte, error) {
	const most = 1 << 30
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && len(data) > most {
		err = domain.Errorf(domain.Invalid, "is larger than %d bytes", most)
	}
	return data, err
}
