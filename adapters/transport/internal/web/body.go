package web

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/portent-go/portent/domain"
)

// Body is the body of a request or an answer in a buffer that is used again.
// Nothing that outlives the request may share its memory.
type Body struct{ Bytes []byte }

const (
	firstBuffer = 80 << 10 // holds 3x32x32 numbers in JSON
	keptBuffer  = 4 << 20  // larger ones are left to the garbage collector
)

var bodies = sync.Pool{New: func() any { return &Body{Bytes: make([]byte, 0, firstBuffer)} }}

// Free gives the buffer back.
func (b *Body) Free() {
	if cap(b.Bytes) <= keptBuffer {
		bodies.Put(b)
	}
}

// NewBody returns an empty body. The caller frees it.
func NewBody() *Body {
	b := bodies.Get().(*Body)
	b.Bytes = b.Bytes[:0]
	return b
}

// ReadBody reads all there is. The caller frees it.
func ReadBody(from io.Reader) (*Body, error) {
	b := NewBody()
	for {
		if len(b.Bytes) == cap(b.Bytes) {
			b.Bytes = append(b.Bytes, 0)[:len(b.Bytes)]
		}
		n, err := from.Read(b.Bytes[len(b.Bytes):cap(b.Bytes)])
		b.Bytes = b.Bytes[:len(b.Bytes)+n]
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			b.Free()
			return nil, err
		}
	}
}

// BodyTooLarge refuses a body of more bytes than may be.
func BodyTooLarge(limit int64) error {
	return Refusal{Row: TooLarge, Reason: &domain.Error{
		Kind: domain.Invalid, Msg: fmt.Sprintf("the body is larger than %d bytes", limit), Expected: fmt.Sprintf("at most %d bytes", limit), Got: "more",
	}}
}
