package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/portent-go/portent/adapters/format/picture"
	"github.com/portent-go/portent/domain"
)

func testdata(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestLossyWebPIsNotPale decodes pictures of one colour, 200, 40, 90, whose
// values after compression are libwebp's.
func TestLossyWebPIsNotPale(t *testing.T) {
	for name, alpha := range map[string]uint8{"lossy.webp": 255, "lossy_alpha.webp": 0} {
		p, err := picture.Decode(testdata(t, name), picture.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := p.At(7, 9), (color.NRGBA{200, 39, 89, alpha}); got != want {
			t.Errorf("%s: %v, expected %v", name, got, want)
		}
	}
}

// TestOrientationKeepsPixels turns pictures of each kind by 90 degrees.
func TestOrientationKeepsPixels(t *testing.T) {
	rect := image.Rect(0, 0, 5, 3)
	r := rand.New(rand.NewPCG(1, 2))
	grey, deepGrey, colour, deep := image.NewGray(rect), image.NewGray16(rect), image.NewNRGBA(rect), image.NewNRGBA64(rect)
	indexed := image.NewPaletted(rect, color.Palette{color.NRGBA{R: 1, G: 2, B: 3, A: 0}, color.NRGBA{R: 200, A: 100}, color.NRGBA{B: 9, A: 255}})
	for _, pix := range [][]uint8{grey.Pix, deepGrey.Pix, colour.Pix, deep.Pix} {
		for i := range pix {
			pix[i] = uint8(r.Uint32())
		}
	}
	for i := range indexed.Pix {
		indexed.Pix[i] = uint8(r.IntN(3))
	}
	colour.SetNRGBA(0, 0, color.NRGBA{R: 10, G: 20, B: 30, A: 0})
	opaque := image.NewRGBA64(rect)
	for i := range opaque.Pix {
		opaque.Pix[i] = uint8(r.Uint32()) | uint8(i%8/6*255)
	}
	for _, p := range []image.Image{grey, deepGrey, colour, deep, indexed, opaque} {
		file := encoded(t, func(w *bytes.Buffer) error { return png.Encode(w, p) })
		stored, err := picture.Decode(file, picture.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		turned, err := picture.Decode(withChunk(file, exif(binary.BigEndian, "MM", 6)), picture.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if turned.Bounds() != image.Rect(0, 0, 3, 5) {
			t.Errorf("%T: %v", p, turned.Bounds())
			continue
		}
		for y := range 5 {
			for x := range 3 {
				if got, want := turned.At(x, y), stored.At(y, 2-x); got != want {
					t.Errorf("%T: %d, %d is %v, expected %v", p, x, y, got, want)
				}
			}
		}
	}
}

func TestOrientationOfWebPAndTIFF(t *testing.T) {
	for _, name := range []string{"turned.webp", "turned.tiff"} {
		p, err := picture.Decode(testdata(t, name), picture.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got := namesOf(p); got != "BRWG" || p.Bounds().Dx() != 16 {
			t.Errorf("%s: corners %s of %v", name, got, p.Bounds())
		}
	}
}

// TestFirstFrameOfGIF has a frame of 2 x 1 pixels at 1, 1 on a canvas of 4 x 3,
// with a transparent colour that is not black.
func TestFirstFrameOfGIF(t *testing.T) {
	palette := color.Palette{color.RGBA{G: 255, A: 255}, color.RGBA{}}
	frame := image.NewPaletted(image.Rect(1, 1, 3, 2), palette)
	frame.SetColorIndex(1, 1, 1)
	file := encoded(t, func(w *bytes.Buffer) error {
		return gif.EncodeAll(w, &gif.GIF{
			Image: []*image.Paletted{frame, frame}, Delay: []int{1, 1},
			Config: image.Config{ColorModel: palette, Width: 4, Height: 3},
		})
	})
	const header, entry = 13, 3
	copy(file[header+entry:], []byte{200, 100, 50})
	kept := bytes.Clone(file)
	p, err := picture.Decode(file, picture.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Bounds() != image.Rect(0, 0, 4, 3) {
		t.Fatalf("bounds %v", p.Bounds())
	}
	for at, want := range map[image.Point]color.RGBA{{}: {0, 255, 0, 255}, {X: 1, Y: 1}: {200, 100, 50, 255}, {X: 2, Y: 1}: {0, 255, 0, 255}} {
		if got := p.At(at.X, at.Y); got != want {
			t.Errorf("%v is %v, expected %v", at, got, want)
		}
	}
	if !bytes.Equal(file, kept) {
		t.Error("the caller's bytes were changed")
	}
}

func TestSoundButUnsupported(t *testing.T) {
	animated := append([]byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00"), 2, 0, 0, 0, 7, 0, 0, 7, 0, 0)
	for name, data := range map[string][]byte{"fax": testdata(t, "fax.tiff"), "animated WebP": animated} {
		var e *domain.Error
		if _, err := picture.Decode(data, picture.Limits{}); !errors.As(err, &e) || e.Kind != domain.Unsupported || e.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBytesBehindAJPEG(t *testing.T) {
	data := slices.Concat(files(t)["jpeg"], []byte("something else"))
	if p, err := picture.Decode(data, picture.Limits{}); err != nil || namesOf(p) != "RGBW" {
		t.Error(err)
	}
}
