package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

const (
	pictureField = "image"
	longestField = 4 << 10 // bytes of a form's field that is no file
)

// formDoor reads one form.
type formDoor struct {
	h        *view
	in       *inputs
	seen     map[string]bool
	pictures [][]byte
}

func (h *view) readForm(ctx context.Context, r *http.Request, boundary string, in *inputs) error {
	if boundary == "" {
		return web.Broken(domain.Error{
			Msg: "the Content-Type multipart/form-data has no boundary", Expected: "multipart/form-data; boundary=...",
			Hint: "let the client write the header: it knows the boundary",
		})
	}
	door := &formDoor{h: h, in: in, seen: make(map[string]bool)}
	parts := multipart.NewReader(r.Body, boundary)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return readingForm(r, err)
		}
		if err := door.part(r, part); err != nil {
			return err
		}
	}
	return door.finish(ctx, r)
}

// part reads one field of the form.
func (door *formDoor) part(r *http.Request, part *multipart.Part) error {
	name := part.FormName()
	if door.seen[name] && (name != pictureField || door.in.quantity == oneInput) {
		hint := ""
		if name == pictureField {
			hint = "send many pictures to /predict/batch"
		}
		return invalid(web.Shortened(name), "is given twice", "it once", "it twice", hint)
	}
	door.seen[name] = true
	if name == pictureField {
		if len(door.pictures) == door.h.options.MaxBatch {
			return batchTooLarge(door.h.options.MaxBatch)
		}
		file, err := io.ReadAll(part)
		if err != nil {
			return readingForm(r, err)
		}
		door.pictures = append(door.pictures, file)
		return nil
	}
	value, err := io.ReadAll(io.LimitReader(part, longestField)) // what is cut here is too long for any field
	if err != nil {
		return readingForm(r, err)
	}
	if name != "top_k" && name != "id" {
		return invalid(web.Shortened(name), "is not a known field of the form", "image, top_k or id", web.Shortened(name), "")
	}
	return door.in.fromText(name, string(value), "field of the form")
}

// finish makes the tensor. What follows the form's end has no meaning (RFC 2046);
// it is read so that a body that is too large or cut off is noticed.
func (door *formDoor) finish(ctx context.Context, r *http.Request) (err error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return readingForm(r, err)
	}
	if len(door.seen) == 0 {
		return web.Broken(domain.Error{
			Msg: "the form holds no fields", Expected: "a file \"image\"", Got: "none", Hint: "is its boundary the one in the Content-Type?",
		})
	}
	if len(door.pictures) == 0 {
		return invalid(pictureField, "is not in the form", "a file \"image\"", "none", "curl -F image=@FILE sends it")
	}
	place := func(i int) string {
		if door.in.quantity == oneInput {
			return pictureField
		}
		return fmt.Sprintf("%s[%d]", pictureField, i)
	}
	door.in.tensor, err = door.h.readPictures(ctx, door.pictures, place)
	return err
}

// readingForm explains why a form could not be read.
func readingForm(r *http.Request, err error) error {
	err = web.ReadingBody(r, err)
	var refused web.Refusal
	if errors.As(err, &refused) && refused.Row == web.Malformed {
		refused.Reason.Hint = "the form was cut off, or its boundary is not the one in the Content-Type"
	}
	return err
}
