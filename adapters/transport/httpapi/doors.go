package httpapi

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// quantity is whether a request holds one input or many.
type quantity bool

const (
	oneInput   quantity = false
	manyInputs quantity = true
)

// inputs is what a request asks for, whichever door it came through.
type inputs struct {
	quantity
	wishes
	tensor   domain.Tensor // shape [inputs, ...]
	warnings []string
}

const (
	typeJSON   = "application/json"
	typeForm   = "multipart/form-data"
	typeBinary = "application/octet-stream"
	imageRange = "image/"
)

// receive reads a request through the door that its Content-Type names.
func (h *view) receive(ctx context.Context, w http.ResponseWriter, r *http.Request, q quantity) (*inputs, error) {
	contentType, parameters, err := h.checkHeader(r, q)
	if err != nil {
		return nil, err
	}
	in := &inputs{quantity: q}
	if err := in.fromQuery(r.URL.RawQuery); err != nil {
		return nil, err
	}
	if r.ContentLength > h.options.MaxBody {
		return nil, web.BodyTooLarge(h.options.MaxBody) // without reading any of it
	}
	r.Body = http.MaxBytesReader(w, r.Body, h.options.MaxBody)
	if contentType == typeForm {
		err = h.readForm(ctx, r, parameters["boundary"], in)
	} else {
		err = h.readWhole(ctx, r, contentType, in)
	}
	return in, err
}

// readWhole takes the doors that need the whole body at once.
func (h *view) readWhole(ctx context.Context, r *http.Request, contentType string, in *inputs) error {
	body, err := web.ReadBody(r.Body)
	if err != nil {
		return web.ReadingBody(r, err)
	}
	defer body.Free()
	if len(body.Bytes) == 0 {
		return web.Broken(domain.Error{Msg: "the body is empty", Expected: contentType, Got: "nothing"})
	}
	switch contentType {
	case typeJSON:
		return h.readJSON(ctx, body.Bytes, in)
	case typeBinary:
		return h.readBinary(body.Bytes, in)
	default:
		in.tensor, err = h.readPicture(ctx, body.Bytes, "")
		return err
	}
}

// checkHeader returns the content type if it is one that the path takes.
func (h *view) checkHeader(r *http.Request, q quantity) (contentType string, parameters map[string]string, err error) {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return "", nil, web.Refusal{Row: web.MediaType, Reason: &domain.Error{
			Kind: domain.Unsupported, Msg: "the Content-Encoding " + web.Shortened(coding) + " is not known", Expected: "no Content-Encoding",
			Got: web.Shortened(coding), Hint: "send the body without compressing it",
		}}
	}
	given := r.Header.Values("Content-Type")
	if len(given) != 1 {
		return "", nil, h.unknownType(strings.Join(given, ", "), q)
	}
	contentType, parameters, err = mime.ParseMediaType(given[0])
	known := h.oneTypes
	if q == manyInputs {
		known = h.manyTypes
	}
	if err != nil || !slices.Contains(known, contentType) {
		return "", nil, h.unknownType(given[0], q)
	}
	if charset, ok := parameters["charset"]; ok && contentType == typeJSON && !strings.EqualFold(charset, "utf-8") {
		return "", nil, h.unknownType(given[0], q)
	}
	return contentType, parameters, nil
}

// contentTypes returns the content types of the doors that are open.
func (h *facts) contentTypes(q quantity) []string {
	types := []string{typeJSON, typeBinary}
	if h.takesPictures() {
		types = append(types, typeForm)
		if q == oneInput {
			types = append(types, pictureTypes()...)
		}
	}
	return types
}

func (h *view) unknownType(given string, q quantity) error {
	known := strings.Join(h.contentTypes(q), ", ")
	reason := &domain.Error{
		Kind: domain.Unsupported, Msg: fmt.Sprintf("the Content-Type %q is not known", web.Shortened(given)), Expected: "one of " + known, Got: web.Shortened(given),
	}
	switch {
	case given == "":
		reason.Msg, reason.Got = "there is no Content-Type", "none"
	case strings.HasPrefix(given, "application/x-www-form-urlencoded"):
		reason.Hint = `curl -d sends this type if it is not told another: add -H "Content-Type: application/json", or send a picture by -F image=@FILE`
	case strings.HasPrefix(given, imageRange) && !h.takesPictures():
		reason.Hint = "this model takes tensors, not pictures: it came without preprocessing"
	case strings.HasPrefix(given, imageRange) && bool(q):
		reason.Hint = "many pictures go as a form, each as a file \"image\"; one goes to /predict"
	}
	return web.Refusal{Row: web.MediaType, Reason: reason}
}

func batchTooLarge(limit int) error {
	return web.Refusal{Row: web.TooLarge, Reason: &domain.Error{
		Kind: domain.Invalid, Msg: fmt.Sprintf("there are more than %d inputs", limit), Expected: fmt.Sprintf("at most %d inputs", limit), Got: "more",
		Hint: "send them in several requests",
	}}
}
