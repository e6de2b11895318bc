package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// mostSamples is how many pictures of a folder are shown.
const mostSamples = 24

// sampleTypes are the media types of samples, by the ends of their names.
var sampleTypes = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
	".webp": "image/webp", ".bmp": "image/bmp", ".tif": "image/tiff", ".tiff": "image/tiff",
}

// sampleFolder returns the pictures that came with the model, nil if there are
// none.
func (h *view) sampleFolder() fs.FS {
	if h.options.Samples == nil {
		return nil
	}
	return h.options.Samples(h.served.Name, h.served.Version)
}

// sampleNames returns the names of the pictures that came with the model. A folder
// that cannot be read is one without pictures: it is there for people to try.
func (h *view) sampleNames() (names []string) {
	folder := h.sampleFolder()
	if folder == nil {
		return nil
	}
	entries, _ := fs.ReadDir(folder, ".") // sorted
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && h.isSample(info) && len(names) < mostSamples {
			names = append(names, entry.Name())
		}
	}
	return names
}

// isSample reports whether a file is a picture that can be sent to the server.
func (h *Handler) isSample(info fs.FileInfo) bool {
	return info.Mode().IsRegular() && info.Size() <= h.options.MaxBody && sampleTypes[strings.ToLower(path.Ext(info.Name()))] != ""
}

// sample gives a picture that came with a model.
//
// @summary      A picture that came with a model
// @description  To try the model with. The model's card lists them.
// @id           modelSample
// @tags         models
// @produce      png,json
// @param        name  path      string  true  "the model's name"
// @param        file  path      string  true  "the picture's name"
// @success      200   {file}    file
// @failure      401   {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure      404   {object}  web.ErrorAnswer  "no such model, or no such picture"
// @failure      429   {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure      503   {object}  web.ErrorAnswer  "the model is being loaded: Retry-After says when to try again"
// @header       401  {string}  WWW-Authenticate  "how to show a token"
// @header       429,503  {integer}  Retry-After  "seconds after which to try again"
// @router       /models/{name}/samples/{file} [get]
func (h *Handler) sample(w http.ResponseWriter, r *http.Request) {
	served, release, err := h.repository.Acquire(mux.Vars(r)["name"], "")
	if err != nil {
		h.fail(w, r, err)
		return
	}
	defer release()
	v, name := h.viewOf(served), mux.Vars(r)["file"]
	if !slices.Contains(v.sampleNames(), name) {
		h.fail(w, r, noSample(name))
		return
	}
	content, err := fs.ReadFile(v.sampleFolder(), name)
	if err != nil {
		h.fail(w, r, noSample(name))
		return
	}
	sum, header := sha256.Sum256(content), w.Header()
	header.Set("Content-Type", sampleTypes[strings.ToLower(path.Ext(name))])
	header.Set("Cache-Control", "private, no-cache")
	header.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}

func noSample(name string) error {
	return &domain.Error{
		Kind: domain.NotFound, Field: "sample " + web.Shortened(name), Msg: "did not come with the model", Expected: "one that the model's card lists", Got: web.Shortened(name),
	}
}
