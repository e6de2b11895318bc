package picture

import (
	"bytes"
	"errors"
	"image"

	"golang.org/x/image/webp"
)

var errAnimated = errors.New("it is animated")

// decodeWebP decodes a picture that is not animated.
func decodeWebP(data []byte) (image.Image, error) {
	const extended, flags, animation = "VP8X", 20, 1 << 1
	if len(data) > flags && string(data[12:16]) == extended && data[flags]&animation != 0 {
		return nil, errAnimated
	}
	decoded, err := webp.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	switch p := decoded.(type) {
	case *image.YCbCr:
		return fromStudioRange(p, nil, 0), nil
	case *image.NYCbCrA:
		return fromStudioRange(&p.YCbCr, p.A, p.AStride), nil
	default:
		return decoded, nil
	}
}

// fromStudioRange converts lossy WebP's colours. Its luma goes from 16 to 235 and
// not from 0 to 255, as in JPEG, which is what image.YCbCr stands for: read
// so, every picture comes out pale. The numbers are those of libwebp, which is
// the published source; unlike it, chroma is not smoothed between pixels.
func fromStudioRange(p *image.YCbCr, alpha []uint8, alphaStride int) *image.NRGBA {
	to := image.NewNRGBA(image.Rect(0, 0, p.Rect.Dx(), p.Rect.Dy()))
	for y := range to.Rect.Dy() {
		row := to.Pix[y*to.Stride:]
		for x := range to.Rect.Dx() {
			luma, chroma := p.YOffset(p.Rect.Min.X+x, p.Rect.Min.Y+y), p.COffset(p.Rect.Min.X+x, p.Rect.Min.Y+y)
			pixel := row[4*x : 4*x+4]
			pixel[0], pixel[1], pixel[2] = studioRGB(int(p.Y[luma]), int(p.Cb[chroma]), int(p.Cr[chroma]))
			pixel[3] = 255
			if alpha != nil {
				pixel[3] = alpha[y*alphaStride+x]
			}
		}
	}
	return to
}

func studioRGB(y, cb, cr int) (r, g, b uint8) {
	y = y * 19077 >> 8
	return sixBits(y + cr*26149>>8 - 14234), sixBits(y - cb*6419>>8 - cr*13320>>8 + 8708), sixBits(y + cb*33050>>8 - 17685)
}

// sixBits drops the six bits behind the point, and what is out of range.
func sixBits(v int) uint8 { return uint8(min(max(v>>6, 0), 255)) }
