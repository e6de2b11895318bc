package model

import (
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
	DoCenterCrop  bool            `json:"do_center_crop"`
	CropSize      json.RawMessage `json:"crop_size"`
	CropPct       *float64        `json:"crop_pct"`
	DoRescale     *bool           `json:"do_rescale"`
	RescaleFactor *float64        `json:"rescale_factor"`
	DoNormalize   bool            `json:"do_normalize"`
	Mean          []float32       `json:"image_mean"`
	Std           []float32       `json:"image_std"`
}

// harmless are the keys that do not change what becomes of a picture, as long
// as they have one of the values listed; no values: whatever they say.
var harmless = map[string][]string{
	"image_processor_type": nil, "feature_extractor_type": nil, "processor_class": nil, "_processor_class": nil,
	"_valid_processor_keys": nil, "auto_map": nil, "data_format": {`"channels_first"`}, "input_data_format": {"null"},
	"do_convert_rgb": {"true", "null"}, "return_tensors": nil, "device": nil, "disable_grouping": nil,
	"default_to_square": nil, "do_flip_channel_order": {"false"}, "do_reduce_labels": {"false"}, "do_pad": {"false", "null"}, "pad_size": {"null"},
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
		"do_resize", "size", "resample", "do_center_crop", "crop_size", "crop_pct", "do_rescale", "rescale_factor", "do_normalize", "image_mean", "image_std",
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
	if err := c.sizes(p); err != nil {
		return nil, err
	}
	if c.Resample != nil {
		p.Resample = vision.Filter(max(0, min(*c.Resample, 255)))
		if !p.Resample.Valid() || *c.Resample < 0 {
			return nil, refusal("resample", fmt.Sprint(*c.Resample), "0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, 4 box or 5 hamming")
		}
	}
	if c.DoRescale == nil || *c.DoRescale {
		p.Rescale = 1.0 / 255
		if c.RescaleFactor != nil {
			p.Rescale = *c.RescaleFactor
		}
	}
	if c.DoNormalize {
		if err := c.normalisation(p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (c preprocessorConfig) normalisation(p *vision.Preprocessor) error {
	if len(c.Mean) != 3 || len(c.Std) != 3 || slices.Contains(c.Std, 0) {
		return refusal("image_mean and image_std", fmt.Sprint(c.Mean, " and ", c.Std), "three numbers each, the latter not 0")
	}
	p.Mean, p.Std = [3]float32(c.Mean), [3]float32(c.Std)
	return nil
}

// sizes works out resizing and cropping. Every picture must come out at one
// size.
func (c preprocessorConfig) sizes(p *vision.Preprocessor) (err error) {
	if c.DoResize == nil || *c.DoResize {
		if c.DoCenterCrop && isNumber(c.Size) {
			return refusal("size", string(c.Size), "height and width, or shortest_edge: beside do_center_crop a number means the one to some processors and the other to others")
		}
		if p.Resize, err = sizeOf("size", c.Size); err != nil {
			return err
		}
	}
	if c.DoCenterCrop {
		if p.Crop, err = sizeOf("crop_size", c.CropSize); err != nil {
			return err
		}
	}
	if c.CropPct != nil {
		if err := c.cropShare(p); err != nil {
			return err
		}
	}
	if p.Output().Shape.Static() {
		return nil
	}
	return refusal("size", string(c.Size), "a size that every picture comes out at: height and width, or do_center_crop")
}

// cropShare is what ConvNeXt's processor does: pictures for small networks are
// resized to a little more than what is then cut out.
func (c preprocessorConfig) cropShare(p *vision.Preprocessor) error {
	const large = 384
	edge := p.Resize.ShortestEdge
	if edge == 0 || *c.CropPct <= 0 || *c.CropPct > 1 || c.DoCenterCrop {
		return refusal("crop_pct", fmt.Sprint(*c.CropPct), "a share of 1 beside a size of shortest_edge")
	}
	if edge >= large {
		p.Resize = vision.Exactly(edge, edge)
		return nil
	}
	p.Resize, p.Crop = vision.Shortest(int(float64(edge) / *c.CropPct)), vision.Exactly(edge, edge)
	return nil
}

// sizeOf reads {"height", "width"}, {"shortest_edge"}, or a number, which stands
// for a square.
func sizeOf(key string, raw json.RawMessage) (vision.Size, error) {
	const most = 1 << 14
	var square int
	if json.Unmarshal(raw, &square) == nil && square > 0 && square <= most {
		return vision.Exactly(square, square), nil
	}
	var edges map[string]int
	if json.Unmarshal(raw, &edges) == nil {
		for _, n := range edges {
			if n < 1 || n > most {
				return vision.Size{}, refusal(key, string(raw), fmt.Sprintf("lengths from 1 to %d", most))
			}
		}
		switch {
		case len(edges) == 2 && edges["height"] > 0 && edges["width"] > 0:
			return vision.Exactly(edges["width"], edges["height"]), nil
		case len(edges) == 1 && edges["shortest_edge"] > 0:
			return vision.Shortest(edges["shortest_edge"]), nil
		}
	}
	return vision.Size{}, refusal(key, string(raw), "height and width, shortest_edge, or a number")
}

func isNumber(raw json.RawMessage) bool {
	var number float64
	return json.Unmarshal(raw, &number) == nil
}

func refusal(key, got, expected string) error {
	if got == "" {
		got = "nothing"
	}
	return &domain.Error{
		Kind: domain.Unsupported, Field: preprocessorName, Msg: fmt.Sprintf("%s is %s, expected %s", key, got, expected),
		Expected: expected, Got: got,
	}
}
