package httpapi

import (
	"bytes"
	"image"
	"image/color"
	"image/png"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/vision"
)

// readableExample is how many bytes of a picture the documents show: more would
// fill the page with base64.
const readableExample = 16 << 10

// examplePicture returns a small picture's file: the one given, a thumbnail of it
// if it is large, or one made up if none is given.
func (h *view) examplePicture(given []byte) ([]byte, error) {
	width, height := exampleSize(h.classifier.Card().Preprocessor)
	if len(given) == 0 {
		return pngOf(gradient(width, height)), nil
	}
	if len(given) <= readableExample {
		return given, nil
	}
	large, err := decodePicture(given, h.options.MaxPixels)
	if err != nil {
		return nil, domain.Errorf(domain.Invalid, "the example picture cannot be decoded: %w", err)
	}
	if file := pngOf(thumbnail(large, width, height)); len(file) <= readableExample {
		return file, nil
	}
	return pngOf(gradient(width, height)), nil
}

// exampleSize returns a size that the preprocessing takes: that of its output,
// or a small one where the output's depends on the picture.
func exampleSize(preprocessor *vision.Preprocessor) (width, height int) {
	shape := preprocessor.Output().Shape
	height, width = shape[2], shape[3]
	if preprocessor.ChannelsLast {
		height, width = shape[1], shape[2]
	}
	if height < 1 || width < 1 {
		return 32, 32
	}
	return width, height
}

// pngOf returns a picture's file.
func pngOf(picture image.Image) []byte {
	var file bytes.Buffer
	_ = png.Encode(&file, picture) // cannot fail: the buffer takes all, the picture is not empty
	return file.Bytes()
}

func gradient(width, height int) image.Image {
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.SetNRGBA(x, y, color.NRGBA{R: uint8(255 * x / width), G: uint8(255 * y / height), B: 128, A: 255})
		}
	}
	return picture
}

// thumbnail returns a picture at another size, each pixel the mean of those that
// it stands for.
func thumbnail(large image.Image, width, height int) image.Image {
	bounds := large.Bounds()
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			block := image.Rect(x*bounds.Dx()/width, y*bounds.Dy()/height, (x+1)*bounds.Dx()/width, (y+1)*bounds.Dy()/height)
			block.Max.X, block.Max.Y = max(block.Max.X, block.Min.X+1), max(block.Max.Y, block.Min.Y+1)
			small.SetRGBA(x, y, mean(large, block.Add(bounds.Min)))
		}
	}
	return small
}

func mean(picture image.Image, block image.Rectangle) color.RGBA {
	var sum [4]int
	for y := block.Min.Y; y < block.Max.Y; y++ {
		for x := block.Min.X; x < block.Max.X; x++ {
			r, g, b, a := picture.At(x, y).RGBA()
			for i, v := range [4]uint32{r, g, b, a} {
				sum[i] += int(v >> 8)
			}
		}
	}
	n := block.Dx() * block.Dy()
	return color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), uint8(sum[3] / n)}
}
