package httpapi

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/portent-go/portent/domain"
)

// body is a request's body in a buffer that is used again. Nothing that
// outlives the request may share its memory.
type body struct{ bytes []byte }

const (
	firstBuffer = 80 << 10 // holds 3x32x32 numbers in JSON
	keptBuffer  = 4 << 20  // larger ones are left to the garbage collector
)

var bodies = sync.Pool{New: func() any { return &body{bytes: make([]byte, 0, firstBuffer)} }}

func (b *body) free() {
	if cap(b.bytes) <= keptBuffer {
		bodies.Put(b)
	}
}

// readBody reads the whole body. The caller frees it.
func readBody(r *http.Request) (*body, error) {
	b := bodies.Get().(*body)
	b.bytes = b.bytes[:0]
	for {
		if len(b.bytes) == cap(b.bytes) {
			b.bytes = append(b.bytes, 0)[:len(b.bytes)]
		}
		n, err := r.Body.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			b.free()
			return nil, readingBody(r, err)
		}
	}
}

func bodyTooLarge(limit int64) error {
	return refusal{row: rowTooLarge, reason: &domain.Error{
		Kind: domain.Invalid, Msg: fmt.Sprintf("the body is larger than %d bytes", limit), Expected: fmt.Sprintf("at most %d bytes", limit), Got: "more",
	}}
}

func batchTooLarge(limit int) error {
	return refusal{row: rowTooLarge, reason: &domain.Error{
		Kind: domain.Invalid, Msg: fmt.Sprintf("there are more than %d inputs", limit), Expected: fmt.Sprintf("at most %d inputs", limit), Got: "more",
		Hint: "send them in several requests",
	}}
}
