package model

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/portent-go/portent/domain/vision"
)

// sizes works out resizing and cropping. Every picture must come out at one
// size.
func (c preprocessorConfig) sizes(p *vision.Preprocessor) (err error) {
	if c.DoResize == nil || *c.DoResize {
		if p.Resize, err = c.resizing(); err != nil {
			return err
		}
	}
	if isTrue(c.DoCenterCrop) {
		if p.Crop, err = sizeOf("crop_size", c.CropSize); err != nil {
			return err
		}
		if p.Crop.ShortestEdge > 0 {
			return refusal("crop_size", string(c.CropSize), "height and width, or a number")
		}
		if larger(p.Crop, p.Resize) {
			return refusal("crop_size", string(c.CropSize), "at most size, which is "+string(c.Size)+": nothing is added around a picture")
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

// resizing reads size. A number is a square or the shortest edge: the file says
// which by default_to_square, or by being ConvNeXt's.
func (c preprocessorConfig) resizing() (vision.Size, error) {
	size, err := sizeOf("size", c.Size)
	if err != nil || !isNumber(c.Size) {
		return size, err
	}
	switch {
	case c.ToSquare != nil && *c.ToSquare:
		return size, nil
	case c.ToSquare != nil, c.convNeXt():
		return vision.Shortest(size.Width), nil
	case isTrue(c.DoCenterCrop):
		return size, refusal("size", string(c.Size), "height and width, or shortest_edge: beside do_center_crop a number means the one to some processors and the other to others")
	default:
		return size, nil
	}
}

// larger reports whether a crop does not fit into what every picture is resized
// to.
func larger(crop, resize vision.Size) bool {
	if resize == (vision.Size{}) {
		return false
	}
	if edge := resize.ShortestEdge; edge > 0 {
		return min(crop.Width, crop.Height) > edge
	}
	return crop.Width > resize.Width || crop.Height > resize.Height
}

// convNeXt reports whether the file is ConvNeXt's image processor's, which
// networks of the ResNet family use too.
func (c preprocessorConfig) convNeXt() bool {
	return strings.HasPrefix(strings.ToLower(c.kind()), "convnext")
}

// cropShare is what ConvNeXt's processor does: pictures for small networks are
// resized to a little more than what is then cut out.
func (c preprocessorConfig) cropShare(p *vision.Preprocessor) error {
	const large = 384
	edge := p.Resize.ShortestEdge
	if edge == 0 || *c.CropPct <= 0 || *c.CropPct > 1 || isTrue(c.DoCenterCrop) {
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
