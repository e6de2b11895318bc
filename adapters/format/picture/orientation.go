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
	if value := orientationTag(exif); value >= 1 && value <= 8 {
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

// orientationTag returns tag 274 of a TIFF structure's first directory, 0 where
// there is none.
func orientationTag(data []byte) int {
	const tag, short, entrySize = 274, 3, 12
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

// upright turns and mirrors a picture as its orientation asks.
func upright(picture image.Image, orientation int) image.Image {
	if orientation == 1 {
		return picture
	}
	bounds := picture.Bounds()
	source := image.NewNRGBA(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	draw.Draw(source, source.Rect, picture, bounds.Min, draw.Src)
	width, height := bounds.Dx(), bounds.Dy()
	if orientation > 4 {
		width, height = height, width
	}
	turned := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			fromX, fromY := sourceOf(orientation, x, y, bounds.Dx()-1, bounds.Dy()-1)
			copy(turned.Pix[turned.PixOffset(x, y):][:4], source.Pix[source.PixOffset(fromX, fromY):][:4])
		}
	}
	return turned
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
