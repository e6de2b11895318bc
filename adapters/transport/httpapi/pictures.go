package httpapi

import (
	"errors"
	"image"

	"github.com/portent-go/portent/adapters/format/picture"
	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// pictureTypes returns the media types of the pictures that can be decoded.
func pictureTypes() []string { return picture.ContentTypes() }

func decodePicture(file []byte, maxPixels int) (image.Image, error) {
	return picture.Decode(file, picture.Limits{MaxPixels: maxPixels})
}

// pictureRefusal finds the row of the table for a picture that cannot be
// decoded: too large, of an unknown format, or broken. field is where it stood;
// empty if it was the body itself.
func pictureRefusal(err error, field string) error {
	refused := atField(err, field)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		refused.Row = web.TooLarge
	case refused.Reason.Kind == domain.Unsupported:
		refused.Row = web.MediaType
	case refused.Reason.Kind == domain.Invalid:
		refused.Row = web.Malformed
	}
	return refused
}

// atField returns the refusal for an error with a caller's name for its place.
func atField(err error, field string) web.Refusal {
	refused := byKind.RefusalOf(err)
	if field != "" && refused.Reason.Kind != domain.Internal {
		reason := *refused.Reason
		reason.Field = field
		refused.Reason, refused.Pointer = &reason, web.PointerOf(field)
	}
	return refused
}
