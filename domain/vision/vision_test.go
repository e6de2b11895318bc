package vision

import (
	"hash/crc32"
	"image"
	"image/color"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/portent-go/portent/domain"
)

// pattern is a picture that anybody can make again.
func pattern(width, height int) *rgb {
	p := newRGB(width, height)
	for i := range p.pix {
		p.pix[i] = uint8((i*i*7 + i*13 + (i>>5)*91) ^ (i >> 3))
	}
	return p
}

// resized are the check sums (CRC-32) of the pattern after Pillow 13.0 resized it,
// at sizes for which the order of its passes is that of Pillow 12.
var resized = []struct {
	filter                                   Filter
	fromWidth, fromHeight, toWidth, toHeight int
	sum                                      uint32
}{
	{Nearest, 13, 9, 5, 7, 0xbcdf6091},
	{Nearest, 13, 9, 26, 31, 0x503753dd},
	{Nearest, 64, 48, 32, 32, 0xd2a76b45},
	{Nearest, 7, 33, 7, 8, 0x8698a2e4},
	{Nearest, 40, 3, 9, 3, 0x70453251},
	{Nearest, 1, 1, 4, 5, 0x43cb4871},
	{Nearest, 100, 75, 33, 1, 0xc8e87aad},
	{Nearest, 5, 4, 5, 4, 0xee0567df},
	{Lanczos, 13, 9, 5, 7, 0x0370f5d5},
	{Lanczos, 13, 9, 26, 31, 0x1cae9844},
	{Lanczos, 64, 48, 32, 32, 0x79627be7},
	{Lanczos, 7, 33, 7, 8, 0x5505f47f},
	{Lanczos, 40, 3, 9, 3, 0x508bb962},
	{Lanczos, 1, 1, 4, 5, 0x43cb4871},
	{Lanczos, 100, 75, 33, 1, 0x8599af2a},
	{Lanczos, 5, 4, 5, 4, 0xee0567df},
	{Bilinear, 13, 9, 5, 7, 0x08f58699},
	{Bilinear, 13, 9, 26, 31, 0xf06d4e58},
	{Bilinear, 64, 48, 32, 32, 0xf01e2851},
	{Bilinear, 7, 33, 7, 8, 0xd3f63c44},
	{Bilinear, 40, 3, 9, 3, 0xd59e787a},
	{Bilinear, 1, 1, 4, 5, 0x43cb4871},
	{Bilinear, 100, 75, 33, 1, 0x0c1a33cf},
	{Bilinear, 5, 4, 5, 4, 0xee0567df},
	{Bicubic, 13, 9, 5, 7, 0xc75b99fe},
	{Bicubic, 13, 9, 26, 31, 0x173aa491},
	{Bicubic, 64, 48, 32, 32, 0x48dd5c39},
	{Bicubic, 7, 33, 7, 8, 0xd13212f2},
	{Bicubic, 40, 3, 9, 3, 0xe96171e1},
	{Bicubic, 1, 1, 4, 5, 0x43cb4871},
	{Bicubic, 100, 75, 33, 1, 0xbec94eb1},
	{Bicubic, 5, 4, 5, 4, 0xee0567df},
	{Box, 13, 9, 5, 7, 0xf9a03113},
	{Box, 13, 9, 26, 31, 0x503753dd},
	{Box, 64, 48, 32, 32, 0xe23d4174},
	{Box, 7, 33, 7, 8, 0x14aa9fb3},
	{Box, 40, 3, 9, 3, 0x51b7ce37},
	{Box, 1, 1, 4, 5, 0x43cb4871},
	{Box, 100, 75, 33, 1, 0xb9eb0061},
	{Box, 5, 4, 5, 4, 0xee0567df},
	{Hamming, 13, 9, 5, 7, 0xc4d7b905},
	{Hamming, 13, 9, 26, 31, 0x4339d581},
	{Hamming, 64, 48, 32, 32, 0x71349ab6},
	{Hamming, 7, 33, 7, 8, 0x36d330fc},
	{Hamming, 40, 3, 9, 3, 0xfdf98095},
	{Hamming, 1, 1, 4, 5, 0x43cb4871},
	{Hamming, 100, 75, 33, 1, 0x1c904ba4},
	{Hamming, 5, 4, 5, 4, 0xee0567df},
	{Hamming, 30, 46, 22, 34, 0x1e510848}, // tells its two constants in single precision from double
}

func TestResizeIsPillows(t *testing.T) {
	for _, test := range resized {
		got := resize(pattern(test.fromWidth, test.fromHeight), test.toWidth, test.toHeight, test.filter)
		if sum := crc32.ChecksumIEEE(got.pix); sum != test.sum || got.width != test.toWidth || got.height != test.toHeight {
			t.Errorf("%+v: check sum %#x", test, sum)
		}
	}
}

// TestFastPathsAgree reads the same pixels through each kind of picture.
func TestFastPathsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	bounds := image.Rect(-3, 5, 14, 16)
	full, grey, luma := image.NewNRGBA(bounds), image.NewGray(bounds), image.NewYCbCr(bounds, image.YCbCrSubsampleRatio420)
	for _, pix := range [][]uint8{full.Pix, grey.Pix, luma.Y, luma.Cb, luma.Cr} {
		for i := range pix {
			pix[i] = uint8(r.Uint32())
		}
	}
	for i := 3; i < len(full.Pix); i += 4 {
		full.Pix[i] = 255
	}
	multiplied, indexed := image.NewRGBA(bounds), image.NewPaletted(bounds, color.Palette{color.White, color.NRGBA{R: 1, G: 2, B: 3, A: 128}, color.Gray16{Y: 0x1234}})
	for i := range indexed.Pix {
		indexed.Pix[i] = uint8(r.IntN(3))
	}
	for i := range multiplied.Pix {
		multiplied.Pix[i] = uint8(r.Uint32())
	}
	for i := 0; i < len(multiplied.Pix); i += 4 { // alpha is the largest
		alpha := []uint8{0, 77, 255}[r.IntN(3)]
		for j := range 3 {
			multiplied.Pix[i+j] = min(multiplied.Pix[i+j], alpha)
		}
		multiplied.Pix[i+3] = alpha
	}
	for _, picture := range []image.Image{full, grey, luma, multiplied, indexed, indexed.SubImage(image.Rect(0, 7, 6, 9)), full.SubImage(image.Rect(0, 7, 6, 9)), luma.SubImage(image.Rect(1, 8, 6, 13))} {
		fast, slow := toRGB(picture), toRGB(opaque{picture})
		if !slices.Equal(fast.pix, slow.pix) || fast.width != picture.Bounds().Dx() {
			t.Errorf("%T: the fast path reads other pixels", picture)
		}
	}
}

// opaque hides what kind of picture it is.
type opaque struct{ image.Image }

func TestConversionToRGB(t *testing.T) {
	rect := image.Rect(0, 0, 1, 1)
	transparent := image.NewNRGBA(rect)
	transparent.SetNRGBA(0, 0, color.NRGBA{R: 10, G: 20, B: 30, A: 0})
	deep := image.NewNRGBA64(rect)
	deep.SetNRGBA64(0, 0, color.NRGBA64{R: 0x0aff, G: 0x14ff, B: 0x1eff, A: 0xffff})
	palette := image.NewPaletted(rect, color.Palette{color.NRGBA{R: 10, G: 20, B: 30, A: 255}})
	hidden := image.NewPaletted(rect, color.Palette{color.NRGBA{R: 10, G: 20, B: 30, A: 0}})
	for name, picture := range map[string]image.Image{"transparent": transparent, "16 bits": deep, "palette": palette, "transparent palette": hidden} {
		if got := toRGB(picture).pix; !slices.Equal(got, []uint8{10, 20, 30}) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func tensorOf(t *testing.T, p *Preprocessor, picture image.Image) []float32 {
	t.Helper()
	tensor, err := p.Tensor(picture)
	if err != nil {
		t.Fatal(err)
	}
	if spec := p.Output(); !spec.Shape.Accepts(tensor.Shape()) || spec.Datatype != tensor.Datatype() {
		t.Errorf("made %v %v, promised %v", tensor.Datatype(), tensor.Shape(), spec)
	}
	values, _ := domain.Data[float32](tensor)
	return values
}

// two is a picture of two pixels side by side.
func two() image.Image {
	p := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	p.SetNRGBA(0, 0, color.NRGBA{R: 0, G: 51, B: 102, A: 255})
	p.SetNRGBA(1, 0, color.NRGBA{R: 153, G: 204, B: 255, A: 255})
	return p
}

func TestLayoutAndNormalisation(t *testing.T) {
	for _, test := range []struct {
		name string
		p    Preprocessor
		want []float32
	}{
		{"as it is", Preprocessor{}, []float32{0, 153, 51, 204, 102, 255}},
		{"channels last", Preprocessor{ChannelsLast: true}, []float32{0, 51, 102, 153, 204, 255}},
		{"rescaled", Preprocessor{Rescale: 1.0 / 255}, []float32{0, 0.6, 0.2, 0.8, 0.4, 1}},
		{"normalised", Preprocessor{Rescale: 1.0 / 255, Mean: [3]float32{0.5, 0.25, 0}, Std: [3]float32{0.5, 0.25, 2}}, []float32{-1, (float32(0.6) - 0.5) / 0.5, (float32(0.2) - 0.25) / 0.25, (float32(0.8) - 0.25) / 0.25, 0.2, 0.5}},
		{"cropped", Preprocessor{Crop: Exactly(1, 1)}, []float32{0, 51, 102}},
	} {
		if got := tensorOf(t, &test.p, two()); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, expected %v", test.name, got, test.want)
		}
	}
}

func TestSizes(t *testing.T) {
	for _, test := range []struct {
		size          Size
		width, height int
		wantWidth     int
		wantHeight    int
	}{
		{Size{}, 30, 20, 30, 20},
		{Exactly(7, 8), 30, 20, 7, 8},
		{Shortest(10), 30, 20, 15, 10},
		{Shortest(10), 20, 33, 10, 16},
		{Shortest(256), 500, 375, 341, 256},
	} {
		if width, height := test.size.of(test.width, test.height); width != test.wantWidth || height != test.wantHeight {
			t.Errorf("%+v of %d x %d is %d x %d", test.size, test.width, test.height, width, height)
		}
	}
	p := Preprocessor{Resize: Shortest(8), Crop: Exactly(6, 6)}
	if got := p.Output().String(); got != "picture FP32 [1,3,6,6]" {
		t.Error(got)
	}
	p = Preprocessor{Resize: Exactly(16, 8), Crop: Shortest(4)}
	if got := p.Output().String(); got != "picture FP32 [1,3,4,8]" {
		t.Error(got)
	}
	tensorOf(t, &p, two())
	p = Preprocessor{Crop: Shortest(4)}
	if got := p.Output().String(); got != "picture FP32 [1,3,-1,-1]" {
		t.Error(got)
	}
	p = Preprocessor{Resize: Shortest(8)}
	if got := p.Output().String(); got != "picture FP32 [1,3,-1,-1]" {
		t.Error(got)
	}
}

func TestPicturesThatCannotBePrepared(t *testing.T) {
	for name, test := range map[string]struct {
		p       Preprocessor
		picture image.Image
	}{
		"empty":                 {Preprocessor{}, image.NewGray(image.Rectangle{})},
		"without bounds":        {Preprocessor{}, image.NewUniform(color.White)},
		"smaller than the crop": {Preprocessor{Crop: Exactly(3, 3)}, two()},
		"thin beyond measure":   {Preprocessor{Resize: Shortest(1000)}, image.NewGray(image.Rect(0, 0, 1, 60000))},
	} {
		if _, err := test.p.Tensor(test.picture); domain.KindOf(err) != domain.Invalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkTensor(b *testing.B) {
	picture := image.NewNRGBA(image.Rect(0, 0, 256, 256))
	p := Preprocessor{Resize: Exactly(32, 32), Resample: Bilinear, Rescale: 1.0 / 255}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Tensor(picture); err != nil {
			b.Fatal(err)
		}
	}
}
