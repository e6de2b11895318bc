package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
)

// orientation returns EXIF's orientation of a picture file, 1 to 8; 1, which is
// upright, where there is none.
func orientation(format string, data []byte) int {
	var exif []byte
	switch format {
	case "JPEG":
		exif = exifOfJPEG(data)
	case "PNG":
		exif = exifOfChunks(data[8:], binary.BigEndian, true, "eXIf")
	case "WebP":
		exif = bytes.TrimPrefix(exifOfChunks(data[12:], binary.LittleEndian, false, "EXIF"), exifHeader)
	case "TIFF":
		exif = data
	}
	const tag = 274
	if value := shortTag(exif, tag); value >= 1 && value <= 8 {
		return value
	}
	return 1
}

var exifHeader = []byte("Exif\x00\x00")

// exifOfJPEG returns the EXIF block of a JPEG's APP1 segment.
func exifOfJPEG(data []byte) []byte {
	const marker, app1, startOfScan = 0xff, 0xe1, 0xda
	for at := 2; at+4 <= len(data) && data[at] == marker && data[at+1] != startOfScan; {
		length := int(binary.BigEndian.Uint16(data[at+2:]))
		end := at + 2 + length
		if length < 2 || end > len(data) {
			return nil
		}
		if segment := data[at+4 : end]; data[at+1] == app1 && bytes.HasPrefix(segment, exifHeader) {
			return segment[len(exifHeader):]
		}
		at = end
	}
	return nil
}

// exifOfChunks returns a chunk of a PNG (length, name, data, check sum) or RIFF
// (name, length, data, padded to an even length) file.
func exifOfChunks(data []byte, order binary.ByteOrder, lengthFirst bool, name string) []byte {
	for len(data) >= 8 {
		length, chunk := order.Uint32(data[4:]), string(data[:4])
		trailer := length % 2
		if lengthFirst {
			length, chunk, trailer = order.Uint32(data), string(data[4:8]), 4
		}
		if uint64(length)+uint64(trailer)+8 > uint64(len(data)) {
			return nil
		}
		if chunk == name {
			return data[8 : 8+length]
		}
		data = data[8+length+trailer:]
	}
	return nil
}

// shortTag returns a tag of a TIFF structure's first directory that is a 16-bit
// number, 0 where there is none.
func shortTag(data []byte, tag uint16) int {
	const short, entrySize = 3, 12
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case len(data) < 8:
		return 0
	case string(data[:2]) == "MM":
		order = binary.BigEndian
	case string(data[:2]) != "II":
		return 0
	}
	directory := uint64(order.Uint32(data[4:]))
	if directory+2 > uint64(len(data)) {
		return 0
	}
	entries := data[directory+2:]
	for range order.Uint16(data[directory:]) {
		if len(entries) < entrySize {
			return 0
		}
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			return int(order.Uint16(entries[8:]))
		}
		entries = entries[entrySize:]
	}
	return 0
}

// upright turns and mirrors a picture as its orientation asks. It keeps the kind
// of picture, so that no colour changes; a YCbCr picture, whose colours may be
// shared by pixels, becomes RGBA, where each has its own.
func upright(picture image.Image, orientation int) image.Image {
	if orientation == 1 {
		return picture
	}
	turn := turned{orientation, picture.Bounds()}
	bounds := turn.bounds()
	switch p := picture.(type) {
	case *image.Gray:
		return &image.Gray{Pix: turn.pixels(p.Pix, p.Stride, 1), Stride: bounds.Dx(), Rect: bounds}
	case *image.Gray16:
		return &image.Gray16{Pix: turn.pixels(p.Pix, p.Stride, 2), Stride: 2 * bounds.Dx(), Rect: bounds}
	case *image.Paletted:
		return &image.Paletted{Pix: turn.pixels(p.Pix, p.Stride, 1), Stride: bounds.Dx(), Rect: bounds, Palette: p.Palette}
	case *image.CMYK:
		return &image.CMYK{Pix: turn.pixels(p.Pix, p.Stride, 4), Stride: 4 * bounds.Dx(), Rect: bounds}
	case *image.NRGBA:
		return &image.NRGBA{Pix: turn.pixels(p.Pix, p.Stride, 4), Stride: 4 * bounds.Dx(), Rect: bounds}
	case *image.NRGBA64:
		return &image.NRGBA64{Pix: turn.pixels(p.Pix, p.Stride, 8), Stride: 8 * bounds.Dx(), Rect: bounds}
	case *image.RGBA64:
		return &image.RGBA64{Pix: turn.pixels(p.Pix, p.Stride, 8), Stride: 8 * bounds.Dx(), Rect: bounds}
	case *image.RGBA:
		return &image.RGBA{Pix: turn.pixels(p.Pix, p.Stride, 4), Stride: 4 * bounds.Dx(), Rect: bounds}
	default:
		flat := image.NewRGBA(image.Rect(0, 0, turn.from.Dx(), turn.from.Dy()))
		draw.Draw(flat, flat.Rect, picture, turn.from.Min, draw.Src)
		return upright(flat, orientation)
	}
}

// turned is a picture's way to be upright.
type turned struct {
	orientation int
	from        image.Rectangle
}

// bounds returns the upright picture's.
func (t turned) bounds() image.Rectangle {
	if t.orientation > 4 {
		return image.Rect(0, 0, t.from.Dy(), t.from.Dx())
	}
	return image.Rect(0, 0, t.from.Dx(), t.from.Dy())
}

// pixels returns pixels of so many bytes each in the upright picture's order.
// Neighbours there are always equally far apart in the stored picture.
func (t turned) pixels(stored []uint8, stride, size int) []uint8 {
	offset := func(x, y int) int {
		x, y = sourceOf(t.orientation, x, y, t.from.Dx()-1, t.from.Dy()-1)
		return y*stride + x*size
	}
	origin := offset(0, 0)
	right, down := offset(1, 0)-origin, offset(0, 1)-origin
	bounds := t.bounds()
	upright := make([]uint8, 0, size*bounds.Dx()*bounds.Dy())
	for y := range bounds.Dy() {
		for x, at := 0, origin+y*down; x < bounds.Dx(); x, at = x+1, at+right {
			upright = append(upright, stored[at:at+size]...)
		}
	}
	return upright
}

// sourceOf returns which stored pixel is shown at x, y. Right and bottom are the
// last column and row of the stored picture.
func sourceOf(orientation, x, y, right, bottom int) (int, int) {
	switch orientation {
	case 2:
		return right - x, y
	case 3:
		return right - x, bottom - y
	case 4:
		return x, bottom - y
	case 5:
		return y, x
	case 6:
		return y, bottom - x
	case 7:
		return right - y, bottom - x
	default:
		return right - y, x
	}
}
