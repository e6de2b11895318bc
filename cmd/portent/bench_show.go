package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/portent-go/portent/cmd/portent/internal/benchresult"
	"github.com/portent-go/portent/domain"
)

// showing is how and where a run is shown.
type showing struct {
	output string
	save   string
	svg    string
	html   string
}

func (s *showing) flags(flags *pflag.FlagSet) {
	flags.StringVarP(&s.output, flagOutput, "o", outputTable, "table, or json to keep and to compare")
	flags.StringVar(&s.save, "save", "", "file to write what --output json prints to, too")
	flags.StringVar(&s.svg, "svg", "", "file to write a chart to: latency against throughput")
	flags.StringVar(&s.html, "html", "", "file to write a page with chart and figures to, which needs no other file")
}

// check refuses what cannot be written before anything is measured.
func (s *showing) check() error {
	if s.output != outputTable && s.output != outputJSON {
		return &domain.Error{Kind: domain.Invalid, Field: "--output", Msg: s.output + " is not a format", Expected: "table or json"}
	}
	for flag, name := range map[string]string{"--save": s.save, "--svg": s.svg, "--html": s.html} {
		if name == "" {
			continue
		}
		if info, err := os.Stat(filepath.Dir(name)); err != nil || !info.IsDir() {
			return &domain.Error{Kind: domain.NotFound, Field: flag + " " + name, Msg: "there is no folder " + filepath.Dir(name), Expected: "a file in a folder that is there"}
		}
	}
	return nil
}

// show writes a run to where it is asked for.
func (s *showing) show(cmd *cobra.Command, d *benchresult.Document) error {
	err := errors.Join(writeTo(s.save, d.Write), writeTo(s.svg, d.SVG), writeTo(s.html, d.HTML))
	stdout := cmd.OutOrStdout()
	if s.output == outputJSON {
		return errors.Join(err, d.Write(stdout))
	}
	for _, line := range d.Header() {
		fmt.Fprintln(stdout, line)
	}
	fmt.Fprintln(stdout)
	if tableErr := d.Table(stdout); tableErr != nil {
		return errors.Join(err, tableErr)
	}
	screen := screenOf(cmd, stdout)
	d.Chart(stdout, screen.Columns(), screen.Unicode())
	return errors.Join(err, compareTargets(stdout, d))
}

// compareTargets compares the targets of a run with the first.
func compareTargets(w io.Writer, d *benchresult.Document) error {
	for i := 1; i < len(d.Targets); i++ {
		before := benchresult.Side{Name: d.Targets[0].Name, Document: d}
		after := benchresult.Side{Name: d.Targets[i].Name, Document: d, Target: i}
		comparison, err := benchresult.Compare(before, after, defaultAlpha, defaultLeast)
		if err != nil {
			return err
		}
		if err := comparison.Table(w); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	return nil
}

// writeTo writes a file as a whole, or leaves the one that is there.
func writeTo(name string, write func(io.Writer) error) (err error) {
	if name == "" {
		return nil
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".portent-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	const everybodyMayRead = 0o644
	if err := errors.Join(write(file), file.Chmod(everybodyMayRead), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}
