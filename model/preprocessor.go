package model

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/vision"
)

const preprocessorName = "preprocessor_config.json"

// preprocessorConfig is Hugging Face's preprocessor_config.json for pictures.
type preprocessorConfig struct {
	DoResize      *bool           `json:"do_resize"`
	Size          json.RawMessage `json:"size"`
	Resample      *int            `json:"resample"`
	ToSquare      *bool           `json:"default_to_square"`
	DoCenterCrop  *bool           `json:"do_center_crop"`
	CropSize      json.RawMessage `json:"crop_size"`
	CropPct       *float64        `json:"crop_pct"`
	DoRescale     *bool           `json:"do_rescale"`
	RescaleFactor *float64        `json:"rescale_factor"`
	DoNormalize   *bool           `json:"do_normalize"`
	Mean          []*float32      `json:"image_mean"`
	Std           []*float32      `json:"image_std"`
	DataFormat    *string         `json:"data_format"`
	Type          string          `json:"image_processor_type"`
	OldType       string          `json:"feature_extractor_type"`
}

// harmless are the keys that do not change what becomes of a picture, as long
// as they have one of the values listed; no values: whatever they say.
var harmless = map[string][]string{
	"processor_class": nil, "_processor_class": nil,
	"_valid_processor_keys": nil, "auto_map": nil, "input_data_format": {"null"},
	"do_convert_rgb": {"true", "null"}, "return_tensors": nil, "device": nil, "disable_grouping": nil,
	"image_seq_length": {"null"}, "size_divisor": {"null"}, "do_flip_channel_order": {"false"}, "do_reduce_labels": {"false"}, "do_pad": {"false", "null"}, "pad_size": {"null"},
	"rescale_offset": {"false"}, "include_top": {"false"},
}

func (f *Folder) readPreprocessor(fsys fs.FS) error {
	data, err := readOptional(fsys, preprocessorName, maxConfig)
	if data == nil || err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := decodeJSON(preprocessorName, data, &all); err != nil {
		return err
	}
	var c preprocessorConfig
	if err := decodeJSON(preprocessorName, data, &c); err != nil {
		return err
	}
	if err := checkKeys(all); err != nil {
		return err
	}
	f.Card.Preprocessor, err = c.preprocessor()
	return err
}

// checkKeys refuses keys that are not known, or known and not done here.
func checkKeys(all map[string]json.RawMessage) error {
	used := []string{
		"image_processor_type", "feature_extractor_type", "default_to_square", "do_resize", "size", "resample", "do_center_crop", "crop_size", "crop_pct", "do_rescale", "rescale_factor", "do_normalize", "image_mean", "image_std", "data_format",
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		values, known := harmless[key]
		if slices.Contains(used, key) || (known && (values == nil || slices.Contains(values, string(all[key])))) {
			continue
		}
		return &domain.Error{
			Kind: domain.Unsupported, Field: preprocessorName, Msg: fmt.Sprintf("%s = %s is not supported", key, all[key]),
			Expected: strings.Join(append(values, used...), ", "), Got: key,
			Hint: "prepare the pictures yourself and send tensors: remove " + preprocessorName,
		}
	}
	return nil
}

func (c preprocessorConfig) preprocessor() (*vision.Preprocessor, error) {
	p := &vision.Preprocessor{Resample: vision.Bilinear}
	if err := c.unsaid(); err != nil {
		return nil, err
	}
	if err := c.sizes(p); err != nil {
		return nil, err
	}
	if c.Resample != nil {
		p.Resample = vision.Filter(max(0, min(*c.Resample, 255)))
		if !p.Resample.Valid() || *c.Resample < 0 {
			return nil, refusal("resample", fmt.Sprint(*c.Resample), "0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, 4 box or 5 hamming")
		}
	}
	if c.DataFormat != nil {
		p.ChannelsLast = *c.DataFormat == "channels_last"
		if !p.ChannelsLast && *c.DataFormat != "channels_first" {
			return nil, refusal("data_format", *c.DataFormat, "channels_first or channels_last")
		}
	}
	if c.DoRescale == nil || *c.DoRescale {
		p.Rescale = 1.0 / 255
		if c.RescaleFactor != nil {
			p.Rescale = *c.RescaleFactor
		}
		if p.Rescale == 0 {
			return nil, refusal("rescale_factor", "0", "another number, or do_rescale false")
		}
	}
	if isTrue(c.DoNormalize) {
		if err := c.normalisation(p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (c preprocessorConfig) normalisation(p *vision.Preprocessor) error {
	mean, std := numbers(c.Mean), numbers(c.Std)
	if len(mean) != 3 || len(std) != 3 || slices.Contains(std, 0) {
		return refusal("image_mean and image_std", fmt.Sprint(mean, " and ", std), "three numbers each, the latter not 0")
	}
	p.Mean, p.Std = [3]float32(mean), [3]float32(std)
	return nil
}

// unsaid refuses a file that leaves to its processor what is different in each.
func (c preprocessorConfig) unsaid() error {
	named := c.kind() != ""
	resizes := c.DoResize == nil || *c.DoResize
	switch {
	case c.DoNormalize == nil && (named || c.Mean != nil || c.Std != nil):
		return refusal("do_normalize", "", "true or false: what it is without differs between image processors")
	case c.DoCenterCrop == nil && given(c.CropSize):
		return refusal("do_center_crop", "", "true or false beside crop_size: what it is without differs between image processors")
	case c.Resample == nil && named && resizes:
		return refusal("resample", "", "a number: what it is without differs between image processors")
	default:
		return nil
	}
}

// kind is the image processor's class, "" where the file names none.
func (c preprocessorConfig) kind() string { return cmp.Or(c.Type, c.OldType) }

// numbers leaves out what is null.
func numbers(list []*float32) []float32 {
	var values []float32
	for _, v := range list {
		if v != nil {
			values = append(values, *v)
		}
	}
	return values
}

func isTrue(b *bool) bool { return b != nil && *b }

func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

func refusal(key, got, expected string) error {
	if got == "" {
		got = "nothing"
	}
	return &domain.Error{
		Kind: domain.Unsupported, Field: preprocessorName, Msg: fmt.Sprintf("%s is %s, expected %s", key, got, expected),
		Expected: expected, Got: got,
	}
}
