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

// readPicture makes the model's input, of shape [1, ...], of a picture's file. That
// can take longer than to predict, so a place for the prediction is kept first.
func (h *view) readPicture(ctx context.Context, file []byte, field string) (domain.Tensor, error) {
	if err := h.classifier.Model().Reserve(ctx); err != nil {
		return domain.Tensor{}, err
	}
	done, err := h.placeForPicture(ctx)
	if err != nil {
		return domain.Tensor{}, err
	}
	defer done()
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

// placeForPicture waits for a place among the pictures that are decoded or made,
// until the function that it returns is called.
func (h *Handler) placeForPicture(ctx context.Context) (done func(), err error) {
	select {
	case h.pictures <- struct{}{}:
		return func() { <-h.pictures }, nil
	case <-ctx.Done():
		return nil, domain.FromContext(ctx, "waiting to decode a picture")
	}
}
