package modelfolder

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/portent-go/portent/domain"
)

// PreprocessorName is the file that says how a picture becomes the input.
const PreprocessorName = "preprocessor_config.json"

// Preset is a way in which pictures were prepared in training.
type Preset string

// The presets. Which one it was cannot be seen in a network.
const (
	ImageNet Preset = "imagenet"
	Half     Preset = "half"
	Plain    Preset = "none"
)

// Presets are all of them.
var Presets = []Preset{ImageNet, Half, Plain}

// ParsePreset returns the preset of a name. The error is of kind Invalid.
func ParsePreset(name string) (Preset, error) {
	if slices.Contains(Presets, Preset(name)) {
		return Preset(name), nil
	}
	return "", &domain.Error{Kind: domain.Invalid, Field: "preset " + name, Msg: "is not known", Expected: "imagenet, half or none", Got: name}
}

// Explain says in a line what a preset does to a picture of any size for a model that
// takes height x width.
func (p Preset) Explain(height, width int) string {
	switch p {
	case ImageNet:
		return fmt.Sprintf("as torchvision's networks: shorter edge to %d, %dx%d cut from the middle, ImageNet's mean and deviation", edge(height, width), height, width)
	case Half:
		return fmt.Sprintf("resized to %dx%d, numbers from -1 to 1 (mean and deviation 0.5)", height, width)
	default:
		return fmt.Sprintf("resized to %dx%d, numbers from 0 to 1", height, width)
	}
}

// edge is how long torchvision makes the shorter edge of a picture: 256 for 224.
func edge(height, width int) int { return int(math.Round(float64(max(height, width)) / 0.875)) }

// preprocessor is Hugging Face's preprocessor_config.json, as far as it is written.
type preprocessor struct {
	DoResize      bool           `json:"do_resize"`
	Size          map[string]int `json:"size"`
	Resample      int            `json:"resample"`
	DoCenterCrop  bool           `json:"do_center_crop"`
	CropSize      map[string]int `json:"crop_size,omitempty"`
	DoRescale     bool           `json:"do_rescale"`
	RescaleFactor float64        `json:"rescale_factor"`
	DoNormalize   bool           `json:"do_normalize"`
	Mean          []float64      `json:"image_mean,omitempty"`
	Std           []float64      `json:"image_std,omitempty"`
}

// Preprocessor returns a preprocessor_config.json. Mean and std, if given, stand
// instead of the preset's: three numbers each.
func (p Preset) Preprocessor(height, width int, mean, std []float64) ([]byte, error) {
	const bilinear = 2
	exactly := map[string]int{"height": height, "width": width}
	c := preprocessor{DoResize: true, Size: exactly, Resample: bilinear, DoRescale: true, RescaleFactor: 1.0 / 255}
	switch p {
	case ImageNet:
		c.Size, c.DoCenterCrop, c.CropSize = map[string]int{"shortest_edge": edge(height, width)}, true, exactly
		c.Mean, c.Std = []float64{0.485, 0.456, 0.406}, []float64{0.229, 0.224, 0.225}
	case Half:
		c.Mean, c.Std = []float64{0.5, 0.5, 0.5}, []float64{0.5, 0.5, 0.5}
	}
	if len(mean)+len(std) > 0 {
		outside := func(v float64) bool { return !(v >= 0 && v <= 1) }
		none := func(v float64) bool { return !(v > 0) || math.IsInf(v, 0) }
		if len(mean) != 3 || len(std) != 3 || slices.ContainsFunc(mean, outside) || slices.ContainsFunc(std, none) {
			return nil, &domain.Error{
				Kind: domain.Invalid, Field: "mean and deviation", Msg: fmt.Sprintf("are %v and %v", mean, std), Expected: "three numbers each, red first, means from 0 to 1 and deviations above 0",
				Hint: "they are of numbers from 0 to 1: divide what is of pixels from 0 to 255 by 255",
			}
		}
		c.Mean, c.Std = mean, std
	}
	c.DoNormalize = c.Mean != nil
	data, err := json.MarshalIndent(c, "", "  ")
	return append(data, '\n'), err
}

// Pictures says whether an input looks like pictures that can be prepared, and how
// large they are: 0 where any size goes. Why not is "" for what is no picture at
// all.
func Pictures(s domain.Signature) (height, width int, whyNot string, ok bool) {
	if len(s.Inputs) != 1 || len(s.Inputs[0].Shape) != 4 {
		return 0, 0, "", false
	}
	input := s.Inputs[0]
	shape := input.Shape
	height, width = shape[2], shape[3]
	channelsLast := shape[3] == 3 && shape[1] != 3
	if channelsLast { // as Keras has them; serving follows the signature in this
		height, width = shape[1], shape[2]
	}
	switch {
	case shape[1] != 3 && !channelsLast:
		return 0, 0, fmt.Sprintf("the input %v is not of red, green and blue: send tensors", input), false
	case input.Datatype != domain.FP32:
		return 0, 0, fmt.Sprintf("the input %v is not FP32, which a picture becomes: send tensors", input), false
	}
	return max(height, 0), max(width, 0), "", true
}

// ParseSize reads HEIGHTxWIDTH, or a number for both.
func ParseSize(text string) (height, width int, err error) {
	const most = 1 << 14
	first, second, two := strings.Cut(strings.ToLower(text), "x")
	if !two {
		second = first
	}
	height, errHeight := strconv.Atoi(first)
	width, errWidth := strconv.Atoi(second)
	if errHeight != nil || errWidth != nil || min(height, width) < 1 || max(height, width) > most {
		return 0, 0, &domain.Error{Kind: domain.Invalid, Field: "size " + text, Msg: "is none", Expected: fmt.Sprintf("HEIGHTxWIDTH, or a number for both, from 1 to %d", most)}
	}
	return height, width, nil
}
