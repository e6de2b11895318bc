package picture

import (
	"bytes"
	"image"
	"image/gif"
	"slices"
)

// decodeGIF decodes the first frame. image/gif blackens the transparent colour
// and returns the frame without the canvas around it; here, as in other
// programs, the colour stays what the palette says, and the canvas is filled
// with colour 0.
func decodeGIF(data []byte) (image.Image, error) {
	config, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	decoded, err := gif.Decode(bytes.NewReader(opaqueGIF(data)))
	if err != nil {
		return nil, err
	}
	canvas := image.Rect(0, 0, config.Width, config.Height)
	frame, ok := decoded.(*image.Paletted)
	if !ok || frame.Rect == canvas {
		return decoded, nil
	}
	whole := image.NewPaletted(canvas, frame.Palette)
	for y := frame.Rect.Min.Y; y < frame.Rect.Max.Y; y++ {
		row := frame.Pix[frame.PixOffset(frame.Rect.Min.X, y):]
		copy(whole.Pix[whole.PixOffset(frame.Rect.Min.X, y):], row[:frame.Rect.Dx()])
	}
	return whole, nil
}

// opaqueGIF returns the file without the mark that the first frame has a
// transparent colour. A file that is damaged comes back as it is.
func opaqueGIF(data []byte) []byte {
	const header, extension, graphicControl, tableFlag, transparentFlag = 13, 0x21, 0xf9, 0x80, 1
	if len(data) < header {
		return data
	}
	at := header
	if data[10]&tableFlag != 0 {
		at += 3 << (data[10]&7 + 1)
	}
	for at+4 <= len(data) && data[at] == extension {
		if data[at+1] == graphicControl && data[at+3]&transparentFlag != 0 {
			data = slices.Clone(data)
			data[at+3] &^= transparentFlag
		}
		for at += 2; at < len(data) && data[at] != 0; at += int(data[at]) + 1 {
		}
		at++
	}
	return data
}
