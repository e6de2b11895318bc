package swaggerui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Serve answers with a file that the page asks for. A client that takes no gzip
// gets it decompressed. The error is fs.ErrNotExist, and nothing is answered, if
// there is no such file.
func Serve(w http.ResponseWriter, r *http.Request, name string) error {
	f, ok := files[name]
	if !ok {
		return fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	header, content := w.Header(), f.content
	if f.compressed {
		header.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header) {
			header.Set("Content-Encoding", "gzip")
			header.Set("Content-Length", strconv.Itoa(len(content))) // which ServeContent leaves to us if there is an encoding
		} else {
			var err error
			if content, err = decompress(content); err != nil {
				return err
			}
		}
	}
	header.Set("Content-Type", f.contentType)
	header.Set("Cache-Control", "public, max-age=3600")
	header.Set("ETag", tag(content))
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	return nil
}

// acceptsGzip reports whether a client names gzip among what it takes.
func acceptsGzip(header http.Header) bool {
	for _, line := range header.Values("Accept-Encoding") {
		for coding := range strings.SplitSeq(line, ",") {
			name, weight, _ := strings.Cut(coding, ";")
			if strings.EqualFold(strings.TrimSpace(name), "gzip") {
				return !isZero(weight)
			}
		}
	}
	return false
}

// isZero reports whether a weight such as q=0.0 says never.
func isZero(weight string) bool {
	_, number, _ := strings.Cut(weight, "=")
	q, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	return err == nil && q == 0
}

func decompress(content []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// tag returns an ETag. What is compressed has another than what is not.
func tag(content []byte) string {
	sum := sha256.Sum256(content)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}
