package service

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"strconv"
)

// Body is a request's.
type Body struct {
	Name        string
	ContentType string
	Data        []byte
}

// The picture that every body carries.
const (
	channels = 3
	size     = 32
)

// Bodies returns the same random picture in each form: numbers in JSON, a PNG,
// and a tensor's bytes.
func Bodies() (json, picture, tensor Body, err error) {
	random := rand.New(rand.NewPCG(3, 4))
	pixels := make([]uint8, channels*size*size) // channel first
	for i := range pixels {
		pixels[i] = uint8(random.UintN(256))
	}
	encoded, err := encodePNG(pixels)
	return Body{"JSON", "application/json", encodeJSON(pixels)},
		Body{"PNG", "image/png", encoded},
		Body{"binary", "application/octet-stream", encodeBinary(pixels)}, err
}

// value returns a pixel's in a tensor.
func value(pixel uint8) float32 { return float32(pixel) / 255 }

// encodeJSON writes a picture's float32 values as Python's json does, which knows
// float64 only: about 64 kB.
func encodeJSON(pixels []uint8) []byte {
	text := []byte(`{"input": `)
	for i, pixel := range pixels {
		switch {
		case i == 0:
			text = append(text, "[[["...)
		case i%(size*size) == 0:
			text = append(text, "]], [["...)
		case i%size == 0:
			text = append(text, "], ["...)
		default:
			text = append(text, ", "...)
		}
		text = strconv.AppendFloat(text, float64(value(pixel)), 'f', -1, 64)
	}
	return append(text, "]]]}"...)
}

func encodePNG(pixels []uint8) ([]byte, error) {
	picture := image.NewNRGBA(image.Rect(0, 0, size, size))
	const plane = size * size
	for i := range plane {
		picture.SetNRGBA(i%size, i/size, color.NRGBA{R: pixels[i], G: pixels[plane+i], B: pixels[2*plane+i], A: 255})
	}
	var data bytes.Buffer
	err := png.Encode(&data, picture)
	return data.Bytes(), err
}

func encodeBinary(pixels []uint8) []byte {
	var data []byte
	for _, pixel := range pixels {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(value(pixel)))
	}
	return data
}
