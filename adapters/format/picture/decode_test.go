package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/portent-go/portent/adapters/format/picture"
	"github.com/portent-go/portent/domain"
)

// corners is a picture of four colours: red, green, blue and white, from the
// upper left to the lower right.
func corners() *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, 24, 16))
	for i, c := range []color.Color{color.NRGBA{R: 255, A: 255}, color.NRGBA{G: 255, A: 255}, color.NRGBA{B: 255, A: 255}, color.White} {
		quarter := image.Rect(0, 0, 12, 8).Add(image.Pt(i%2*12, i/2*8))
		draw.Draw(p, quarter, image.NewUniform(c), image.Point{}, draw.Src)
	}
	return p
}

// namesOf tells the colours in a picture's four corners.
func namesOf(p image.Image) string {
	b := p.Bounds()
	var names strings.Builder
	for _, at := range []image.Point{{b.Min.X, b.Min.Y}, {b.Max.X - 1, b.Min.Y}, {b.Min.X, b.Max.Y - 1}, {b.Max.X - 1, b.Max.Y - 1}} {
		r, g, bl, _ := p.At(at.X, at.Y).RGBA()
		switch high := [3]bool{r > 0x8000, g > 0x8000, bl > 0x8000}; high {
		case [3]bool{true, false, false}:
			names.WriteByte('R')
		case [3]bool{false, true, false}:
			names.WriteByte('G')
		case [3]bool{false, false, true}:
			names.WriteByte('B')
		case [3]bool{true, true, true}:
			names.WriteByte('W')
		default:
			names.WriteByte('?')
		}
	}
	return names.String()
}

func encoded(t testing.TB, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := encode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// files are the same picture in each format that can be written here, and a
// WebP made elsewhere.
func files(t testing.TB) map[string][]byte {
	t.Helper()
	p := corners()
	grey, deep := image.NewPaletted(p.Rect, palette.Plan9), image.NewNRGBA64(p.Rect)
	draw.Draw(grey, p.Rect, p, image.Point{}, draw.Src)
	draw.Draw(deep, p.Rect, p, image.Point{}, draw.Src)
	webp, err := os.ReadFile("testdata/corners.webp")
	if err != nil {
		t.Fatal(err)
	}
	interlaced, err := os.ReadFile("testdata/interlaced.png")
	if err != nil {
		t.Fatal(err)
	}
	cmyk, err := os.ReadFile("testdata/cmyk.jpg")
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"png":            encoded(t, func(w *bytes.Buffer) error { return png.Encode(w, p) }),
		"palette png":    encoded(t, func(w *bytes.Buffer) error { return png.Encode(w, grey) }),
		"16-bit png":     encoded(t, func(w *bytes.Buffer) error { return png.Encode(w, deep) }),
		"interlaced png": interlaced,
		"jpeg":           encoded(t, func(w *bytes.Buffer) error { return jpeg.Encode(w, p, nil) }),
		"cmyk jpeg":      cmyk,
		"gif":            encoded(t, func(w *bytes.Buffer) error { return gif.Encode(w, p, nil) }),
		"bmp":            encoded(t, func(w *bytes.Buffer) error { return bmp.Encode(w, p) }),
		"tiff":           encoded(t, func(w *bytes.Buffer) error { return tiff.Encode(w, p, nil) }),
		"webp":           webp,
	}
}

func TestDecodesEveryFormat(t *testing.T) {
	for name, data := range files(t) {
		p, err := picture.Decode(data, picture.Limits{})
		if err != nil || !picture.Recognised(data) || picture.Recognised(data[1:]) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := namesOf(p); got != "RGBW" || p.Bounds().Dx() != 24 || p.Bounds().Dy() != 16 {
			t.Errorf("%s: corners %s of %v", name, got, p.Bounds())
		}
	}
	if types := picture.ContentTypes(); !slices.Contains(types, "image/webp") || len(types) != 6 {
		t.Errorf("%v", types)
	}
}

func TestRefusals(t *testing.T) {
	whole := files(t)
	huge := bytes.Clone(whole["png"])
	binary.BigEndian.PutUint32(huge[16:], 30000)
	binary.BigEndian.PutUint32(huge[20:], 30000)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for _, test := range []struct {
		name, want string
		data       []byte
		kind       domain.Kind
		tooLarge   bool
	}{
		{"nothing", "is empty", nil, domain.Invalid, false},
		{"text", `begin with "hello, I am "`, []byte("hello, I am not a picture"), domain.Unsupported, false},
		{"half a PNG", "PNG picture is damaged or truncated", whole["png"][:len(whole["png"])/2], domain.Invalid, false},
		{"a PNG's header", "PNG picture is damaged", whole["png"][:20], domain.Invalid, false},
		{"a TIFF of nothing", "TIFF picture is damaged", []byte("II*\x00\x08\x00\x00\x00\x00\x00"), domain.Invalid, false},
		{"too many pixels", "30000 x 30000 pixels", huge, domain.Invalid, true},
	} {
		_, err := picture.Decode(test.data, picture.Limits{})
		var e *domain.Error
		if !errors.As(err, &e) || e.Kind != test.kind || errors.Is(err, picture.ErrTooLarge) != test.tooLarge {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if text := e.Error() + e.Got; !strings.Contains(text, test.want) {
			t.Errorf("%s: %q does not say %q", test.name, text, test.want)
		}
	}
	if _, err := picture.Decode(whole["gif"], picture.Limits{MaxPixels: 24*16 - 1}); !errors.Is(err, picture.ErrTooLarge) {
		t.Errorf("a limit of one pixel less: %v", err)
	}
	if _, err := picture.Decode(whole["gif"], picture.Limits{MaxPixels: 24 * 16}); err != nil {
		t.Errorf("a limit that just suffices: %v", err)
	}
}

// exif is an EXIF block that holds an orientation and a tag before it.
func exif(order binary.AppendByteOrder, mark string, orientation uint16) []byte {
	block := append([]byte(mark), order.AppendUint16(nil, 42)...)
	block = order.AppendUint32(block, 8)
	block = order.AppendUint16(block, 2)
	for tag, value := range map[uint16]uint16{274: orientation} {
		block = append(block, make([]byte, 12)...) // a tag of no meaning
		block = order.AppendUint16(order.AppendUint16(block, tag), 3)
		block = order.AppendUint16(order.AppendUint32(block, 1), value)
		block = append(block, 0, 0)
	}
	return append(block, 0, 0, 0, 0)
}

func TestOrientation(t *testing.T) {
	whole := files(t)
	want := []string{"RGBW", "GRWB", "WBGR", "BWRG", "RBGW", "BRWG", "WGBR", "GWRB"}
	for i, corners := range want {
		orientation := uint16(i + 1)
		little, big := exif(binary.LittleEndian, "II", orientation), exif(binary.BigEndian, "MM", orientation)
		for name, data := range map[string][]byte{
			"jpeg":            withSegment(whole["jpeg"], append([]byte("Exif\x00\x00"), little...)),
			"big-endian jpeg": withSegment(whole["jpeg"], append([]byte("Exif\x00\x00"), big...)),
			"png":             withChunk(whole["png"], big),
		} {
			p, err := picture.Decode(data, picture.Limits{})
			if err != nil {
				t.Errorf("%s, orientation %d: %v", name, orientation, err)
				continue
			}
			if got := namesOf(p); got != corners || (p.Bounds().Dx() == 16) != (orientation > 4) {
				t.Errorf("%s, orientation %d: corners %s of %v, expected %s", name, orientation, got, p.Bounds(), corners)
			}
		}
	}
}

// withSegment puts an APP1 segment into a JPEG file.
func withSegment(file, data []byte) []byte {
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(data)+2))
	return slices.Concat(file[:2], segment, data, file[2:])
}

// withChunk puts an eXIf chunk behind a PNG file's header.
func withChunk(file, data []byte) []byte {
	const header = 33
	body := append([]byte("eXIf"), data...)
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(body))
	return slices.Concat(file[:header], chunk, file[header:])
}

// TestDamageIsAnError changes bytes of files: an error or a picture comes out.
func TestDamageIsAnError(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, data := range files(t) {
		for range 200 {
			damaged := bytes.Clone(data[:1+r.IntN(len(data))])
			for range r.IntN(8) {
				damaged[r.IntN(len(damaged))] = byte(r.Uint32())
			}
			if _, err := picture.Decode(damaged, picture.Limits{MaxPixels: 1 << 20}); err != nil && domain.KindOf(err) == domain.Internal {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, data := range files(f) {
		f.Add(data)
		f.Add(withSegment(data, append([]byte("Exif\x00\x00"), exif(binary.LittleEndian, "II", 6)...)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := picture.Decode(data, picture.Limits{MaxPixels: 1 << 16})
		if (err == nil) != (p != nil) || (err != nil && domain.KindOf(err) == domain.Internal) {
			t.Errorf("%v, %v", p, err)
		}
	})
}

func ExampleDecode() {
	_, err := picture.Decode([]byte("%PDF-1.7"), picture.Limits{})
	fmt.Println(err)
	// Output: image: is not a picture of a known format
}
