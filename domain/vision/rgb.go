package vision

import (
	"image"
	"image/color"
)

// rgb is a picture of 8-bit red, green and blue, without gaps between rows.
type rgb struct {
	pix           []uint8
	width, height int
}

func newRGB(width, height int) *rgb {
	return &rgb{make([]uint8, 3*width*height), width, height}
}

func (p *rgb) row(y int) []uint8 { return p.pix[3*y*p.width : 3*(y+1)*p.width] }

// crop cuts a part out.
func (p *rgb) crop(left, top, width, height int) *rgb {
	if width == p.width && height == p.height {
		return p
	}
	to := newRGB(width, height)
	for y := range height {
		copy(to.row(y), p.row(top + y)[3*left:])
	}
	return to
}

// toRGB converts a picture as Pillow's convert("RGB") does: transparency is
// dropped and the colour under it shows, and 16-bit values lose their lower half.
// Common pictures are read without going through color.Color.
func toRGB(picture image.Image) *rgb {
	bounds := picture.Bounds()
	to := newRGB(bounds.Dx(), bounds.Dy())
	for y := range to.height {
		row := to.row(y)
		switch p := picture.(type) {
		case *image.NRGBA:
			fromNRGBA(row, p.Pix[p.PixOffset(bounds.Min.X, bounds.Min.Y+y):])
		case *image.Gray:
			fromGray(row, p.Pix[p.PixOffset(bounds.Min.X, bounds.Min.Y+y):])
		case *image.YCbCr:
			fromYCbCr(row, p, bounds.Min.X, bounds.Min.Y+y)
		default:
			fromAny(row, picture, bounds.Min.X, bounds.Min.Y+y)
		}
	}
	return to
}

func fromNRGBA(row, pix []uint8) {
	for x := 0; x < len(row)/3; x++ {
		copy(row[3*x:3*x+3], pix[4*x:4*x+3])
	}
}

func fromGray(row, pix []uint8) {
	for x := 0; x < len(row)/3; x++ {
		row[3*x], row[3*x+1], row[3*x+2] = pix[x], pix[x], pix[x]
	}
}

func fromYCbCr(row []uint8, p *image.YCbCr, left, y int) {
	for x := 0; x < len(row)/3; x++ {
		luma, chroma := p.YOffset(left+x, y), p.COffset(left+x, y)
		row[3*x], row[3*x+1], row[3*x+2] = color.YCbCrToRGB(p.Y[luma], p.Cb[chroma], p.Cr[chroma])
	}
}

func fromAny(row []uint8, picture image.Image, left, y int) {
	for x := 0; x < len(row)/3; x++ {
		c := color.NRGBA64Model.Convert(picture.At(left+x, y)).(color.NRGBA64)
		row[3*x], row[3*x+1], row[3*x+2] = uint8(c.R>>8), uint8(c.G>>8), uint8(c.B>>8)
	}
}
