package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"github.com/portent-go/portent/domain"
)

// Limits bound what Decode takes on. The zero value asks for the defaults.
type Limits struct {
	MaxPixels int // width times height; default: 24 million
}

const defaultMaxPixels = 24_000_000

// ErrTooLarge is in the chain of the error for a picture with too many pixels.
var ErrTooLarge = errors.New("too many pixels")

// format is a kind of picture file.
type format struct {
	name        string
	contentType string
	magic       string // what a file begins with; ? is any byte
	decode      func([]byte) (image.Image, error)
	config      func([]byte) (image.Config, error)
}

var formats = []format{
	{"PNG", "image/png", "\x89PNG\r\n\x1a\n", reading(png.Decode), reading(png.DecodeConfig)},
	{"JPEG", "image/jpeg", "\xff\xd8\xff", reading(jpeg.Decode), reading(jpeg.DecodeConfig)},
	{"GIF", "image/gif", "GIF8?a", decodeGIF, reading(gif.DecodeConfig)},
	{"WebP", "image/webp", "RIFF????WEBP", decodeWebP, reading(webp.DecodeConfig)},
	{"BMP", "image/bmp", "BM????\x00\x00\x00\x00", reading(bmp.Decode), reading(bmp.DecodeConfig)},
	{"TIFF", "image/tiff", "II*\x00", decodeTIFF, reading(tiff.DecodeConfig)},
	{"TIFF", "image/tiff", "MM\x00*", decodeTIFF, reading(tiff.DecodeConfig)},
}

// ContentTypes returns the media types of the formats that are known, such as
// "image/png".
func ContentTypes() []string {
	var types []string
	for _, f := range formats {
		if !slices.Contains(types, f.contentType) {
			types = append(types, f.contentType)
		}
	}
	return types
}

// Decode decodes a picture. Bytes of no known format, and a picture that uses a
// part of its format that is not known here, are an error of kind Unsupported; a
// picture that is damaged, truncated or empty is one of kind Invalid, and so is
// one that exceeds the limits, with ErrTooLarge in its chain.
func Decode(data []byte, limits Limits) (image.Image, error) {
	f, err := recognise(data)
	if err != nil {
		return nil, err
	}
	config, err := guarded(f, data, f.config)
	if err != nil {
		return nil, err
	}
	if err := limits.check(f, config); err != nil {
		return nil, err
	}
	picture, err := guarded(f, data, f.decode)
	if err != nil {
		return nil, err
	}
	return upright(picture, orientation(f.name, data)), nil
}

// Recognised reports whether data begins as a picture of a known format does.
func Recognised(data []byte) bool {
	_, err := recognise(data)
	return err == nil
}

func recognise(data []byte) (format, error) {
	for _, f := range formats {
		if begins(data, f.magic) {
			return f, nil
		}
	}
	if len(data) == 0 {
		return format{}, &domain.Error{Kind: domain.Invalid, Field: "image", Msg: "is empty", Expected: "a picture", Got: "0 bytes"}
	}
	return format{}, &domain.Error{
		Kind: domain.Unsupported, Field: "image", Msg: "is not a picture of a known format",
		Expected: strings.Join(ContentTypes(), ", "), Got: fmt.Sprintf("%d bytes that begin with %q", len(data), data[:min(len(data), 12)]),
	}
}

func begins(data []byte, magic string) bool {
	if len(data) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != data[i] {
			return false
		}
	}
	return true
}

func (l Limits) check(f format, config image.Config) error {
	most := l.MaxPixels
	if most < 1 {
		most = defaultMaxPixels
	}
	if config.Width < 1 || config.Height < 1 {
		return damaged(f, fmt.Errorf("it is %d x %d pixels", config.Width, config.Height))
	}
	if config.Width > most/config.Height {
		return &domain.Error{
			Kind: domain.Invalid, Field: "image", Msg: fmt.Sprintf("is %d x %d pixels, more than the %d that are allowed", config.Width, config.Height, most),
			Expected: fmt.Sprintf("at most %d pixels", most), Got: fmt.Sprintf("%d x %d pixels", config.Width, config.Height), Err: ErrTooLarge,
		}
	}
	return nil
}

// guarded calls a decoder. Some panic on files that were made to.
func guarded[T any](f format, data []byte, decode func([]byte) (T, error)) (result T, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = damaged(f, fmt.Errorf("the decoder gave up: %v", cause))
		}
	}()
	result, err = decode(data)
	switch {
	case err == nil:
		return result, nil
	case unsupported(err):
		return result, &domain.Error{
			Kind: domain.Unsupported, Field: "image", Msg: "the " + f.name + " picture uses what is not supported", Err: err,
			Hint: "save it as a PNG or a plain JPEG",
		}
	default:
		return result, damaged(f, err)
	}
}

// unsupported tells a file that is sound, but beyond its decoder, from a damaged
// one.
func unsupported(err error) bool {
	var inPNG png.UnsupportedError
	var inJPEG jpeg.UnsupportedError
	var inTIFF tiff.UnsupportedError
	return errors.As(err, &inPNG) || errors.As(err, &inJPEG) || errors.As(err, &inTIFF) ||
		errors.Is(err, bmp.ErrUnsupported) || errors.Is(err, errAnimated)
}

func damaged(f format, cause error) error {
	return &domain.Error{Kind: domain.Invalid, Field: "image", Msg: "the " + f.name + " picture is damaged or truncated", Err: cause}
}

func reading[T any](decode func(io.Reader) (T, error)) func([]byte) (T, error) {
	return func(data []byte) (T, error) { return decode(bytes.NewReader(data)) }
}
