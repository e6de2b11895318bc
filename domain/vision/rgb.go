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
// dropped and the colour under it shows. 16-bit values lose their lower half, in
// grey pictures too, which Pillow clips at 255. Common pictures are read
// without going through color.Color.
func toRGB(picture image.Image) *rgb {
	bounds := picture.Bounds()
	to := newRGB(bounds.Dx(), bounds.Dy())
	if p, ok := picture.(*image.Paletted); ok {
		fromPalette(to, p)
		return to
	}
	for y := range to.height {
		row := to.row(y)
		switch p := picture.(type) {
		case *image.NRGBA:
			fromNRGBA(row, p.Pix[p.PixOffset(bounds.Min.X, bounds.Min.Y+y):])
		case *image.RGBA:
			fromRGBA(row, p.Pix[p.PixOffset(bounds.Min.X, bounds.Min.Y+y):])
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

// fromRGBA divides by alpha, by which the colours were multiplied.
func fromRGBA(row, pix []uint8) {
	for x := 0; x < len(row)/3; x++ {
		from, to, alpha := pix[4*x:4*x+4], row[3*x:3*x+3], uint32(pix[4*x+3])
		if alpha == 255 {
			copy(to, from)
			continue
		}
		for i := range to {
			to[i] = 0
			if alpha > 0 {
				to[i] = uint8(uint32(from[i]) * 0xffff / alpha >> 8)
			}
		}
	}
}

// fromPalette converts each colour once.
func fromPalette(to *rgb, p *image.Paletted) {
	colours := newRGB(len(p.Palette), 1)
	for i, c := range p.Palette {
		put(colours.pix[3*i:], c)
	}
	for y := range to.height {
		row, indices := to.row(y), p.Pix[p.PixOffset(p.Rect.Min.X, p.Rect.Min.Y+y):]
		for x := range to.width {
			if from := 3 * int(indices[x]); from < len(colours.pix) {
				copy(row[3*x:3*x+3], colours.pix[from:])
			}
		}
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
		put(row[3*x:], picture.At(left+x, y))
	}
}

// put writes a colour of any kind.
func put(to []uint8, c color.Color) {
	if c, ok := c.(color.NRGBA); ok { // the conversion below forgets colours under transparency
		to[0], to[1], to[2] = c.R, c.G, c.B
		return
	}
	converted := color.NRGBA64Model.Convert(c).(color.NRGBA64)
	to[0], to[1], to[2] = uint8(converted.R>>8), uint8(converted.G>>8), uint8(converted.B>>8)
}
