package openinference

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// The codings of a body. What HTTP calls deflate is the format of zlib.
const (
	codingGzip    = "gzip"
	codingDeflate = "deflate"
)

// worthCompressing is how large an answer must be to be compressed: a smaller one
// fits one packet anyway.
const worthCompressing = 1400

const keptBuffer = 4 << 20

// buffers hold compressed answers until they are written. Those larger than
// keptBuffer are left to the garbage collector.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

var gzipWriters = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // cannot fail: the level is known
	return w
}}

var zlibWriters = sync.Pool{New: func() any {
	w, _ := zlib.NewWriterLevel(nil, zlib.BestSpeed) // as above
	return w
}}

// compressor is a gzip.Writer or a zlib.Writer.
type compressor interface {
	io.WriteCloser
	Reset(io.Writer)
}

// compressed returns a body in a coding, in a buffer of the pool.
func compressed(coding string, body []byte) *bytes.Buffer {
	pool := &gzipWriters
	if coding == codingDeflate {
		pool = &zlibWriters
	}
	buffer, w := buffers.Get().(*bytes.Buffer), pool.Get().(compressor)
	defer pool.Put(w)
	buffer.Reset()
	w.Reset(buffer)
	_, _ = w.Write(body) // a buffer takes all
	_ = w.Close()
	return buffer
}

// free gives a buffer back.
func free(buffer *bytes.Buffer) {
	if buffer.Cap() <= keptBuffer {
		buffers.Put(buffer)
	}
}

// chosenCoding returns the coding in which an answer goes to a client that accepts
// what it says; empty for none.
func chosenCoding(accepted []string) string {
	likes := make(map[string]float64)
	for _, item := range strings.Split(strings.Join(accepted, ","), ",") {
		name, parameter, _ := strings.Cut(item, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		likes[strings.TrimPrefix(name, "x-")] = quality(parameter)
	}
	best, weight := "", 0.0
	for _, coding := range []string{codingGzip, codingDeflate} {
		q, named := likes[coding]
		if !named {
			q = likes["*"] // of all that are not named
		}
		if q > weight {
			best, weight = coding, q
		}
	}
	return best
}

// quality returns how much a client likes what it accepts, 0 to 1.
func quality(parameter string) float64 {
	_, value, given := strings.Cut(parameter, "=")
	if !given {
		return 1
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || q < 0 || q > 1 {
		return 0
	}
	return q
}

// decompressed returns a reader of a request's body as it was before it was
// compressed, bounded like the body itself.
func decompressed(r *http.Request, limit int64) (io.Reader, error) {
	var reader io.Reader
	var err error
	switch coding := strings.ToLower(strings.TrimSpace(strings.Join(r.Header.Values("Content-Encoding"), ","))); coding {
	case "", "identity":
		return r.Body, nil
	case codingGzip, "x-gzip":
		reader, err = gzip.NewReader(r.Body)
	case codingDeflate:
		reader, err = zlib.NewReader(r.Body)
	default:
		return nil, web.Refusal{Row: web.MediaType, Reason: &domain.Error{
			Kind: domain.Unsupported, Msg: "the Content-Encoding " + web.Shortened(coding) + " is not known", Expected: "gzip, deflate or none",
			Got: web.Shortened(coding), Hint: "send the body in one of these",
		}}
	}
	if err != nil {
		return nil, notCompressed(r, err)
	}
	return &bounded{reader: reader, left: limit, limit: limit}, nil
}

// notCompressed explains why a body cannot be decompressed.
func notCompressed(r *http.Request, err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, zlib.ErrHeader), errors.Is(err, zlib.ErrChecksum),
		errors.Is(err, zlib.ErrDictionary), errors.As(err, &corrupt):
		return web.Broken(domain.Error{Msg: "the body is not what its Content-Encoding says", Expected: web.Shortened(r.Header.Get("Content-Encoding")), Got: err.Error(), Err: err})
	default:
		return web.ReadingBody(r, err)
	}
}

// bounded ends with an error if there is more to read than may be, which it finds
// out by reading one byte more.
type bounded struct {
	reader      io.Reader
	left, limit int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.reader.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, &http.MaxBytesError{Limit: b.limit}
	}
	return n, err
}
