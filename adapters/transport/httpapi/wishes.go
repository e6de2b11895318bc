package httpapi

import (
	"fmt"
	"net/url"
	"strconv"
	"unicode/utf8"

	"github.com/portent-go/portent/adapters/transport/internal/web"
)

// wishes are what a caller may say beside the input, in the query or in the
// body: both, if they agree.
type wishes struct {
	topK int // 0 if not given
	id   string
}

const longestID = 256

func (w *wishes) fromQuery(raw string) error {
	if raw == "" {
		return nil
	}
	query, err := url.ParseQuery(raw)
	if err != nil {
		return invalid("", "the query cannot be read: "+err.Error(), "top_k=5&id=...", web.Shortened(raw), "")
	}
	for key, values := range query {
		if len(values) > 1 {
			return invalid(web.Shortened(key), fmt.Sprintf("is given %d times in the query", len(values)), "once", fmt.Sprintf("%d times", len(values)), "")
		}
		if err := w.fromText(key, values[0], "query parameter"); err != nil {
			return err
		}
	}
	return nil
}

// fromText takes a wish as text; what says what sort of place it stood in.
func (w *wishes) fromText(key, value, what string) error {
	switch key {
	case "top_k":
		k, err := strconv.Atoi(value)
		if err != nil {
			return invalid("top_k", fmt.Sprintf("is %q, expected a whole number", web.Shortened(value)), "a whole number", web.Shortened(value), "")
		}
		return w.setTopK(k)
	case "id":
		return w.setID(value)
	default:
		return invalid(web.Shortened(key), "is not a known "+what, "top_k or id", web.Shortened(key), "")
	}
}

func (w *wishes) setTopK(k int) error {
	if k < 1 {
		return invalid("top_k", fmt.Sprintf("is %d, expected 1 or more", k), "1 or more", strconv.Itoa(k), "leave it out for the five most probable classes")
	}
	if w.topK != 0 && w.topK != k {
		return invalid("top_k", fmt.Sprintf("is %d in one place and %d in another", w.topK, k), "one number", "two", "give it in the query or in the body")
	}
	w.topK = k
	return nil
}

func (w *wishes) setID(id string) error {
	if len(id) > longestID || !utf8.ValidString(id) {
		return invalid("id", fmt.Sprintf("is %d bytes long, or not UTF-8", len(id)), fmt.Sprintf("at most %d bytes of UTF-8", longestID), fmt.Sprintf("%d bytes", len(id)), "")
	}
	if w.id != "" && w.id != id {
		return invalid("id", "is one thing in one place and another in another", "one id", "two", "give it in the query or in the body")
	}
	w.id = id
	return nil
}
