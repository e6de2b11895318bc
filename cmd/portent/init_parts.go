package main

import (
	"fmt"

	"github.com/portent-go/portent/cmd/portent/internal/modelfolder"
	"github.com/portent-go/portent/domain"
)

// classesOf returns how many classes a classifier tells apart: the length of its first
// output FP32 [batch, classes], 0 where that may vary.
func classesOf(s domain.Signature) (classes int, classifies bool) {
	for _, output := range s.Outputs {
		if output.Datatype == domain.FP32 && len(output.Shape) == 2 {
			return max(output.Shape[1], 0), true
		}
	}
	return 0, false
}

// name finds out what the classes are called.
func (f *newFolder) name(ask *prompter) error {
	classes, classifies := classesOf(f.report.Signature)
	accept := func(text string) error {
		labels, err := modelfolder.Labels(text, classes)
		if err != nil {
			return err
		}
		f.config, f.facts.Labels = modelfolder.Config(labels), len(labels)
		return nil
	}
	switch {
	case !classifies && f.settings.labels != "":
		return &domain.Error{
			Kind: domain.Invalid, Field: "--labels", Msg: fmt.Sprintf("is given, but the model is no classifier: its outputs are %v", f.facts.Outputs), Expected: "an output FP32 [batch, classes]",
		}
	case !classifies || f.writer.Has(modelfolder.ConfigName) && f.settings.labels == "":
		return nil
	case f.settings.labels != "":
		return accept(f.settings.labels)
	}
	count := "the"
	if classes > 0 {
		count = fmt.Sprintf("the %d", classes)
	}
	if err := ask.ask("What are "+count+" classes called? A file with a name a line, or names with commas, class 0 first; nothing: they have numbers", accept); err != nil {
		return err
	}
	if f.config == nil {
		f.left = append(f.left, modelfolder.ConfigName+": the classes have numbers; --labels gives them names")
	}
	return nil
}

// prepare finds out how pictures are prepared.
func (f *newFolder) prepare(ask *prompter) error {
	s := f.settings
	height, width, whyNot, pictures := modelfolder.Pictures(f.report.Signature)
	given := s.preset != "" || s.mean != nil || s.size != ""
	switch {
	case !pictures && given:
		return &domain.Error{Kind: domain.Invalid, Field: "--preset, --mean, --size", Msg: "are for pictures, which this model does not take", Expected: "one input FP32 [batch, 3, height, width] or [batch, height, width, 3]", Got: fmt.Sprint(f.facts.Inputs)}
	case !pictures:
		if whyNot != "" {
			f.left = append(f.left, modelfolder.PreprocessorName+": "+whyNot)
		}
		return nil
	case f.writer.Has(modelfolder.PreprocessorName) && !given:
		return nil
	}
	height, width, err := f.sized(ask, height, width)
	if err != nil {
		return err
	}
	if height == 0 {
		f.left = append(f.left, modelfolder.PreprocessorName+": the network takes pictures of any size; --size and --preset say how they are prepared")
		return nil
	}
	preset := modelfolder.Preset(s.preset)
	if preset == "" && s.mean != nil {
		preset = modelfolder.Plain
	}
	if preset == "" {
		preset = f.askPreset(ask, height, width)
	}
	if preset == "" {
		f.left = append(f.left, modelfolder.PreprocessorName+": it takes tensors only; --preset or --mean and --std say how pictures were prepared in training")
		return nil
	}
	f.pictures, err = preset.Preprocessor(height, width, s.mean, s.std)
	f.facts.Pictures = preset.Explain(height, width)
	if s.mean != nil {
		f.facts.Pictures += fmt.Sprintf(", mean %v and deviation %v", s.mean, s.std)
	}
	return err
}

// sized returns the size of pictures: the network's, the one that is given, or 0.
func (f *newFolder) sized(ask *prompter, height, width int) (int, int, error) {
	wanted := func(text string) (err error) {
		h, w, err := modelfolder.ParseSize(text)
		switch {
		case err != nil:
			return err
		case height > 0 && h != height || width > 0 && w != width:
			return &domain.Error{Kind: domain.Invalid, Field: "--size " + text, Msg: "is not what the network takes", Expected: f.facts.Inputs[0]}
		}
		height, width = h, w
		return nil
	}
	if f.settings.size != "" {
		return height, width, wanted(f.settings.size)
	}
	if height > 0 && width > 0 {
		return height, width, nil
	}
	found := false
	err := ask.ask("Which size do pictures have for this network? HEIGHTxWIDTH; nothing: it takes tensors only", func(text string) error {
		err := wanted(text)
		found = err == nil
		return err
	})
	if !found {
		return 0, 0, err
	}
	return height, width, err
}

func (f *newFolder) askPreset(ask *prompter, height, width int) (chosen modelfolder.Preset) {
	question := "How were pictures prepared in training? Nothing: it takes tensors only"
	for _, p := range modelfolder.Presets {
		question += fmt.Sprintf("\n  %-9s %s", p, p.Explain(height, width))
	}
	_ = ask.ask(question, func(text string) (err error) { // at the end of the input nothing is chosen
		chosen, err = modelfolder.ParsePreset(text)
		return err
	})
	return chosen
}
