package picture

import (
	"bytes"
	"image"

	"golang.org/x/image/tiff"
)

// decodeTIFF refuses fax pictures that count black as 0: the decoder would return
// their negative.
func decodeTIFF(data []byte) (image.Image, error) {
	const compression, fax3, fax4, photometric, blackIsZero = 259, 3, 4, 262, 1
	if way := shortTag(data, compression); (way == fax3 || way == fax4) && shortTag(data, photometric) == blackIsZero {
		return nil, tiff.UnsupportedError("fax compression with black as 0")
	}
	return tiff.Decode(bytes.NewReader(data))
}
