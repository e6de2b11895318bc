package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dustin/go-humanize/english"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/cmd/portent/internal/modelfolder"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/model"
)

// initSettings is what `portent init` can be told.
type initSettings struct {
	output string
	labels string
	preset string
	mean   []float64
	std    []float64
	size   string
	inputs []string
	expect []string
	record bool
	link   bool
	force  bool
	yes    bool
}

func newInit() *cobra.Command {
	var s initSettings
	cmd := &cobra.Command{
		Use:   "init MODEL.onnx",
		Short: "Make a model's folder of an .onnx file: labels, preprocessing, test vectors",
		Long: "Make the folder that portent serve, verify and predict take, of an .onnx file and the weights\n" +
			"beside it: config.json names the classes, preprocessor_config.json says how a picture becomes the\n" +
			"input, test_data_set_0 holds an input and the output that it gave in training, MODEL_CONTEXT.md\n" +
			"what people should know.\n\n" +
			"What a network cannot tell is asked for on a terminal, or given by flags. What is not known is\n" +
			"left out, never guessed. Nothing is overwritten without --force, and if something fails nothing is\n" +
			"left behind. MODEL may be a folder that holds an .onnx file: what is missing is added to it.\n\n" +
			"--record makes the engine's own answer the expected one. Such a vector shows when a later version\n" +
			"answers differently; it does not show that the answers are those of training. It is called\n" +
			"test_data_set_recorded_N.",
		Annotations: statuses("0    the folder is made", "1    it is not, and nothing is left behind; standard error says why"),
		Example: "  portent init resnet18.onnx --labels classes.txt --preset imagenet --input x.npy --expect y.npy\n" +
			"  portent init fraud.onnx --labels honest,fraud --yes",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return &domain.Error{Kind: domain.Invalid, Field: "init", Msg: fmt.Sprintf("%d models were given", len(args)), Expected: "one .onnx file, or a folder that holds one"}
		},
		RunE: func(cmd *cobra.Command, args []string) error { return initFolder(cmd, &s, args[0]) },
	}
	s.flags(cmd.Flags())
	commandLineOnly(cmd.Flags())
	return cmd
}

func (s *initSettings) flags(flags *pflag.FlagSet) {
	flags.StringVarP(&s.output, flagOutput, "o", "", "folder to make (default: named as the file, without .onnx)")
	flags.StringVar(&s.labels, "labels", "", "names of the classes: a file with a name a line, or names with commas, class 0 first")
	flags.StringVar(&s.preset, "preset", "", "how pictures were prepared in training: imagenet (as torchvision does), half (-1 to 1) or none (0 to 1)")
	flags.Float64SliceVar(&s.mean, "mean", nil, "mean of each channel in training, where it is no preset's: three numbers from 0 to 1")
	flags.Float64SliceVar(&s.std, "std", nil, "standard deviation of each channel in training")
	flags.StringVar(&s.size, "size", "", "size of pictures, where the network takes any: HEIGHTxWIDTH")
	flags.StringArrayVar(&s.inputs, "input", nil, "input of a test vector: .npy, .pb or a picture, once for each input of the model")
	flags.StringArrayVar(&s.expect, "expect", nil, "output that it gave in training: .npy or .pb, once for each output")
	flags.BoolVar(&s.record, "record", false, "instead of --expect, record the engine's own answer")
	flags.BoolVar(&s.link, "link", false, "link the network's files instead of copying them (hard links)")
	flags.BoolVar(&s.force, "force", false, "replace files that are there")
	flags.BoolVar(&s.yes, "yes", false, "ask nothing: leave out what is not given")
}

// newFolder is a folder that is being made.
type newFolder struct {
	settings *initSettings
	network  *model.Folder
	beside   []string // files that hold weights, as paths from the network's
	report   *onnxgo.Report
	writer   *modelfolder.Writer
	to       string
	facts    modelfolder.Facts
	config   []byte // nil: there is none
	pictures []byte // nil: there is none
	wrote    []written
	left     []string // out, and why
}

// written is a file and what was done.
type written struct{ name, what string }

func initFolder(cmd *cobra.Command, s *initSettings, from string) (err error) {
	if err := s.check(); err != nil {
		return err
	}
	f, err := s.look(from)
	if err != nil {
		return err
	}
	ask := newPrompter(cmd, s.yes)
	if err := errors.Join(f.name(ask), f.prepare(ask)); err != nil {
		return err
	}
	if err := domain.FromContext(cmd.Context(), "asking"); err != nil {
		return err
	}
	if err := f.write(cmd.Context()); err != nil {
		return errors.Join(err, f.writer.Undo())
	}
	if err := f.writer.Keep(); err != nil {
		return err
	}
	f.tell(cmd.OutOrStdout())
	return nil
}

func (s *initSettings) check() error {
	fail := func(field, msg, expected string) error {
		return &domain.Error{Kind: domain.Invalid, Field: field, Msg: msg, Expected: expected}
	}
	switch {
	case len(s.inputs) == 0 && (len(s.expect) > 0 || s.record):
		return fail("--input", "is missing: a test vector has an input", "--input beside --expect or --record")
	case len(s.inputs) > 0 && len(s.expect) == 0 && !s.record:
		return &domain.Error{
			Kind: domain.Invalid, Field: "--expect", Msg: "is missing: nothing says what the answer to --input should be", Expected: "the output that it gave in training",
			Hint: "save it there with numpy.save; --record takes this engine's answer instead, which shows later changes and no agreement with training",
		}
	case len(s.expect) > 0 && s.record:
		return fail("--record", "is given beside --expect", "one or the other")
	case (s.mean == nil) != (s.std == nil):
		return fail("--mean and --std", "only one of them is given", "both or neither")
	case s.preset != "" && s.mean != nil:
		return fail("--preset and --mean", "are both given: a preset has a mean of its own", "one or the other")
	case s.preset != "":
		_, err := modelfolder.ParsePreset(s.preset)
		return err
	}
	return nil
}

// look finds out what is in the network's file.
func (s *initSettings) look(from string) (*newFolder, error) {
	network, err := model.OpenNetwork(from)
	if err != nil {
		return nil, err
	}
	recorder := &recorder{FS: network.FS}
	report, err := onnxgo.Inspect(network.ONNX, onnxgo.Options{MaxMemory: defaultMaxMemory, External: recorder})
	if err != nil {
		return nil, &domain.Error{Kind: domain.KindOf(err), Field: "model " + from, Msg: "cannot be read", Err: err, Expected: "a network in ONNX's format"}
	}
	if n := len(report.Refusals); n > 0 {
		return nil, &domain.Error{
			Kind: domain.Unsupported, Field: "model " + from, Msg: fmt.Sprintf("cannot be run, for %s; the first: %s", english.Plural(n, "reason", ""), report.Refusals[0].Reason),
			Hint: "portent inspect " + from + " tells all of them",
		}
	}
	f := &newFolder{settings: s, network: network, beside: recorder.names, report: report, to: s.output}
	if f.to == "" {
		f.to = strings.TrimSuffix(filepath.Base(from), filepath.Ext(from))
		if info, err := os.Stat(from); err == nil && info.IsDir() {
			f.to = from
		}
	}
	f.writer = modelfolder.NewWriter(f.to, s.force)
	f.facts = modelfolder.Facts{Name: ownName(f.to), SHA256: network.Card.SHA256, Producer: report.Producer}
	for _, opset := range report.Opsets {
		f.facts.Opsets = append(f.facts.Opsets, fmt.Sprintf("%s %d", setName(opset.Domain), opset.Version))
	}
	for _, spec := range report.Signature.Inputs {
		f.facts.Inputs = append(f.facts.Inputs, spec.String())
	}
	for _, spec := range report.Signature.Outputs {
		f.facts.Outputs = append(f.facts.Outputs, spec.String())
	}
	return f, nil
}

// ownName returns a folder's own name, whatever way leads to it.
func ownName(folder string) string {
	if absolute, err := filepath.Abs(folder); err == nil {
		folder = absolute
	}
	return filepath.Base(folder)
}

// recorder notes which files are read.
type recorder struct {
	fs.FS
	names []string
}

// Open opens a file and notes its name.
func (r *recorder) Open(name string) (fs.File, error) {
	if !slices.Contains(r.names, name) {
		r.names = append(r.names, name)
	}
	return r.FS.Open(name)
}

// write writes all that is known, and then checks that it can be served.
func (f *newFolder) write(ctx context.Context) error {
	if err := f.writer.Check(f.planned()...); err != nil {
		return err
	}
	if err := f.copyNetwork(); err != nil {
		return err
	}
	for _, file := range []struct {
		name string
		data []byte
		what string
	}{
		{modelfolder.ConfigName, f.config, fmt.Sprintf("names %d classes", f.facts.Labels)},
		{modelfolder.PreprocessorName, f.pictures, f.facts.Pictures},
	} {
		if file.data == nil {
			continue
		}
		if err := f.put(file.name, file.data, file.what); err != nil {
			return err
		}
	}
	if err := f.test(ctx); err != nil {
		return err
	}
	return f.put(modelfolder.ContextName, modelfolder.Context(f.facts), "what is known, and what to answer")
}

func (f *newFolder) put(name string, data []byte, what string) error {
	f.wrote = append(f.wrote, written{name, what})
	return f.writer.Put(name, data)
}

const networkName = "model.onnx"

// planned returns the names of all files that will be written.
func (f *newFolder) planned() []string {
	names := []string{modelfolder.ContextName}
	for _, file := range f.networkFiles() {
		if !f.writer.Is(file.to, file.from) {
			names = append(names, file.to)
		}
	}
	if f.config != nil {
		names = append(names, modelfolder.ConfigName)
	}
	if f.pictures != nil {
		names = append(names, modelfolder.PreprocessorName)
	}
	slices.Sort(names)
	return names
}

// networkFiles returns where the network's files are, and where they go.
func (f *newFolder) networkFiles() (files []struct{ from, to string }) {
	network := f.network.NetworkFile()
	if f.writer.Is(".", f.network.Source) {
		return nil // the model is a folder, to which something is added
	}
	files = append(files, struct{ from, to string }{network, networkName})
	for _, name := range f.beside {
		files = append(files, struct{ from, to string }{filepath.Join(filepath.Dir(network), filepath.FromSlash(name)), path.Clean(name)})
	}
	return files
}

func (f *newFolder) copyNetwork() error {
	how := "copied"
	if f.settings.link {
		how = "linked"
	}
	for _, file := range f.networkFiles() {
		if f.writer.Is(file.to, file.from) {
			continue
		}
		if err := f.writer.Copy(file.to, file.from, f.settings.link); err != nil {
			return err
		}
		f.wrote = append(f.wrote, written{file.to, how + " from " + file.from})
	}
	return nil
}
