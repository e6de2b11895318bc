package httpapi

import (
	"context"

	"github.com/portent-go/portent/domain"
)

// readPictures makes a batch of pictures' files. place names a picture in
// errors.
func (h *view) readPictures(ctx context.Context, files [][]byte, place func(i int) string) (domain.Tensor, error) {
	if len(files) == 1 {
		return h.readPicture(ctx, files[0], place(0))
	}
	rows := make([]domain.Tensor, len(files))
	for i, file := range files {
		var err error
		if rows[i], err = h.readPicture(ctx, file, place(i)); err != nil {
			return domain.Tensor{}, err
		}
	}
	return domain.Concat(rows)
}

// readPicture makes the model's input, of shape [1, ...], of a picture's file. It
// refuses to while the model is overloaded: decoding can take longer than predicting.
func (h *view) readPicture(ctx context.Context, file []byte, field string) (domain.Tensor, error) {
	model := h.classifier.Model()
	if err := model.Overloaded(); err != nil {
		return domain.Tensor{}, err
	}
	select {
	case h.pictures <- struct{}{}:
		defer func() { <-h.pictures }()
	case <-ctx.Done():
		return domain.Tensor{}, domain.FromContext(ctx, "waiting to decode a picture")
	}
	if err := model.Overloaded(); err != nil { // since it waited
		return domain.Tensor{}, err
	}
	picture, err := decodePicture(file, h.options.MaxPixels)
	if err != nil {
		return domain.Tensor{}, pictureRefusal(err, field)
	}
	tensor, err := h.classifier.Preprocess(ctx, picture)
	if domain.KindOf(err) == domain.Invalid {
		err = atField(err, field)
	}
	return tensor, err
}
