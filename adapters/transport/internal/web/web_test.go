package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

func TestEveryKindHasARow(t *testing.T) {
	table := web.NewTable(418)
	for _, kind := range domain.Kinds() {
		row := table.RefusalOf(fmt.Errorf("wrapped: %w", &domain.Error{Kind: kind, Msg: "why"})).Row
		if row.Status < 400 || row.Code == "" || (row.Status == 418) != (kind == domain.Invalid || kind == domain.Unsupported) {
			t.Errorf("%v: %+v", kind, row)
		}
	}
	if got := table.RefusalOf(errors.New("plain")).Answer("r"); got.Code != "internal" || strings.Contains(got.Error, "plain") || got.RequestID != "r" {
		t.Errorf("%+v", got)
	}
	if got := table.RefusalOf(fmt.Errorf("x: %w", web.BodyTooLarge(7))); got.Row != web.TooLarge || !strings.Contains(got.Answer("").Error, "7 bytes") {
		t.Errorf("%+v", got)
	}
}

func TestWhyABodyCannotBeRead(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want web.Row
	}{
		{t.Context(), io.ErrUnexpectedEOF, web.Malformed},
		{t.Context(), os.ErrDeadlineExceeded, web.Slow},
		{t.Context(), errors.New("strange"), web.Malformed},
		{gone, errors.New("strange"), web.Row{Status: 499, Code: "canceled"}},
	} {
		err := web.ReadingBody(httptest.NewRequest(http.MethodPost, "/", nil).WithContext(c.ctx), c.err)
		if got := web.NewTable(400).RefusalOf(err).Row; got != c.want {
			t.Errorf("%v: %+v", c.err, got)
		}
	}
}

func TestBodiesAreWhole(t *testing.T) {
	for _, size := range []int{0, 1, 80 << 10, 80<<10 + 1, 5 << 20} {
		content := bytes.Repeat([]byte("x"), size)
		body, err := web.ReadBody(bytes.NewReader(content))
		if err != nil || !bytes.Equal(body.Bytes, content) {
			t.Errorf("%d bytes: %d, %v", size, len(body.Bytes), err)
		}
		body.Free()
	}
	if body, err := web.ReadBody(io.MultiReader(strings.NewReader("x"), broken{})); body != nil || !errors.Is(err, errBroken) {
		t.Errorf("%v, %v", body, err)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

func TestSmallThings(t *testing.T) {
	for field, want := range map[string]string{"": "", "top_k": "/top_k", "images[3]": "/images/3"} {
		if got := web.PointerOf(field); got != want {
			t.Errorf("%s: %s", field, got)
		}
	}
	for d, want := range map[time.Duration]string{0: "1", time.Second: "1", 1001 * time.Millisecond: "2"} {
		if got := web.RetryAfter(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
	if got := web.Shortened(strings.Repeat("é", 100)); len(got) > 110 || strings.ContainsRune(got, 0) {
		t.Errorf("%q", got)
	}
	if got := web.ServerTiming(time.Millisecond, 0, 2500*time.Microsecond, 0); got != "decode;dur=1.000, queue;dur=0.000, infer;dur=2.500, encode;dur=0.000" {
		t.Errorf("%s", got)
	}
}
