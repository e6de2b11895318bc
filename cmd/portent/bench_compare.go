package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/portent-go/portent/cmd/portent/internal/benchresult"
	"github.com/portent-go/portent/domain"
)

// statusWorse is the exit status of `portent bench compare` if something has become
// worse.
const statusWorse = 2

// What a difference is measured by, unless it is said.
const (
	defaultAlpha = 0.05
	defaultLeast = 0.02
)

// compareSettings is what `portent bench compare` can be told.
type compareSettings struct {
	alpha  float64
	least  float64
	output string
}

func newBenchCompare() *cobra.Command {
	var s compareSettings
	cmd := &cobra.Command{
		Use:   "compare OLD.json NEW.json",
		Short: "Say whether two runs of portent bench differ by more than noise",
		Long: "Compare two runs that portent bench --output json or --save has kept. Each figure is compared over\n" +
			"the rounds by Mann and Whitney's U test, adjusted for the number of figures. Where the difference\n" +
			"is not more than noise may make, no difference is shown.\n\n" +
			"A run knows of the noise within itself, and not of a machine that was slower that day. To have two\n" +
			"models measured in turn, name both in one run: portent bench old.onnx new.onnx",
		Annotations: statuses("0    nothing has become worse, as far as can be shown", "1    the runs cannot be compared", "2    something has become worse"),
		Example:     "  portent bench compare old.json new.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 2 {
				return nil
			}
			return &domain.Error{
				Kind: domain.Invalid, Field: "bench compare", Msg: fmt.Sprintf("%d files were given", len(args)), Expected: "two: the run before, and the one after",
				Hint: "portent bench --save FILE writes one",
			}
		},
		RunE: func(cmd *cobra.Command, args []string) error { return compareRuns(cmd, &s, args[0], args[1]) },
	}
	cmd.Flags().Float64Var(&s.alpha, "alpha", defaultAlpha, "chance that any difference is called real which is noise")
	cmd.Flags().Float64Var(&s.least, "least", defaultLeast, "smallest difference that counts, as a share: 0.02 is 2 %")
	cmd.Flags().StringVarP(&s.output, flagOutput, "o", outputTable, "table or json")
	commandLineOnly(cmd.Flags())
	return cmd
}

func (s *compareSettings) check() error {
	switch {
	case s.output != outputTable && s.output != outputJSON:
		return &domain.Error{Kind: domain.Invalid, Field: "--output", Msg: s.output + " is not a format", Expected: "table or json"}
	case !(s.alpha > 0 && s.alpha < 1):
		return &domain.Error{Kind: domain.Invalid, Field: "--alpha", Msg: fmt.Sprintf("is %g", s.alpha), Expected: "more than 0 and less than 1"}
	case !(s.least >= 0 && s.least < 1):
		return &domain.Error{Kind: domain.Invalid, Field: "--least", Msg: fmt.Sprintf("is %g", s.least), Expected: "0, or more and less than 1"}
	}
	return nil
}

func compareRuns(cmd *cobra.Command, s *compareSettings, before, after string) error {
	if err := s.check(); err != nil {
		return err
	}
	old, oldErr := benchresult.Read(before)
	latest, newErr := benchresult.Read(after)
	if err := errors.Join(oldErr, newErr); err != nil {
		return err
	}
	for name, d := range map[string]*benchresult.Document{before: old, after: latest} {
		if len(d.Targets) != 1 {
			return &domain.Error{Kind: domain.Invalid, Field: name, Msg: fmt.Sprintf("has %d targets", len(d.Targets)), Expected: "one: runs of several are compared when they are made"}
		}
	}
	side := func(name string, d *benchresult.Document) benchresult.Side {
		return benchresult.Side{Name: fmt.Sprintf("%s: %s of %s", name, d.Targets[0].Name, d.Time.Format("2006-01-02 15:04")), Document: d}
	}
	comparison, err := benchresult.Compare(side(before, old), side(after, latest), s.alpha, s.least)
	if err != nil {
		return err
	}
	if s.output == outputJSON {
		encoder := json.NewEncoder(cmd.OutOrStdout())
		encoder.SetIndent("", "  ")
		err = encoder.Encode(comparison)
	} else {
		err = comparison.Table(cmd.OutOrStdout())
	}
	if err == nil && comparison.Worse() {
		err = &statusError{fmt.Errorf("%w: something has become worse", errTold), statusWorse}
	}
	return err
}
