package jsontensor

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/portent-go/portent/domain"
)

// FuzzDecode compares the reader to encoding/json: both accept, with the same
// values, or both refuse.
func FuzzDecode(f *testing.F) {
	for _, c := range refusals {
		if len(c.document) < 1000 {
			f.Add([]byte(c.document))
		}
	}
	f.Add([]byte(`{"input":[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]}`))
	f.Add([]byte(`{"input":[1.5e-3,2,3,4,5,6,7,8,9,10,11,0.123456789012345678901234567890]}`))
	f.Add([]byte(`{"shape":[1,2,2,3],"inp\u0075t":[-0,2,3,4,5,6,7,8,9,10,11,12]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		got, err := decode(small, string(document))
		want, ok := reference(document)
		if ok != (err == nil) {
			t.Fatalf("encoding/json accepts: %t; here: %v", ok, err)
		}
		if err != nil {
			checkRefusal(t, err)
			return
		}
		for i, v := range data[float32](got) {
			if math.Float32bits(v) != math.Float32bits(want[i]) {
				t.Fatalf("element %d is %v, encoding/json gives %v", i, v, want[i])
			}
		}
	})
}

func checkRefusal(t *testing.T, err error) {
	t.Helper()
	var refused *Error
	if !errors.As(err, &refused) || refused.Reason.Kind != domain.Invalid || refused.Reason.Msg == "" {
		t.Fatalf("refused with %#v", err)
	}
	if !utf8.ValidString(err.Error()+refused.Pointer+refused.Reason.Got) || len(err.Error()) > 1000 {
		t.Fatalf("the refusal is too long or not UTF-8: %q", err)
	}
}

// reference decodes {"input", "shape"} for the specification small by means of
// encoding/json, with what it is lax about checked beside it.
func reference(document []byte) ([]float32, bool) {
	if !json.Valid(document) || !utf8.Valid(document) || loneSurrogate(document) {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(document))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, false
	}
	fields := map[string]json.RawMessage{}
	for decoder.More() {
		key, _ := decoder.Token()
		name := key.(string)
		if _, twice := fields[name]; twice || (name != "input" && name != "shape") {
			return nil, false
		}
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return nil, false
		}
		fields[name] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, false
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, false
	}
	if shape, given := fields["shape"]; given && !allowedShape(shape) {
		return nil, false
	}
	return referenceInput(fields["input"])
}

func allowedShape(value json.RawMessage) bool {
	var shape []json.Number
	if value[0] != '[' || json.Unmarshal(value, &shape) != nil || bytes.Contains(value, []byte(`"`)) || bytes.Contains(value, []byte("null")) {
		return false
	}
	text := ""
	for _, n := range shape {
		text += string(n) + ","
	}
	return text == "2,2,3," || text == "1,2,2,3,"
}

// referenceInput flattens the input if it is of one of the forms allowed.
func referenceInput(value json.RawMessage) ([]float32, bool) {
	for _, shape := range [][]int{{12}, {2, 2, 3}, {1, 2, 2, 3}} {
		if flat, ok := flatten(value, shape); ok {
			return flat, true
		}
	}
	return nil, false
}

func flatten(value json.RawMessage, shape []int) ([]float32, bool) {
	if len(value) == 0 {
		return nil, false
	}
	if len(shape) == 0 {
		var number float32
		if strings.ContainsRune(`"[{tfn`, rune(value[0])) || json.Unmarshal(value, &number) != nil {
			return nil, false
		}
		return []float32{number}, true
	}
	var parts []json.RawMessage
	if value[0] != '[' || json.Unmarshal(value, &parts) != nil || len(parts) != shape[0] {
		return nil, false
	}
	var flat []float32
	for _, part := range parts {
		values, ok := flatten(part, shape[1:])
		if !ok {
			return nil, false
		}
		flat = append(flat, values...)
	}
	return flat, true
}

// loneSurrogate reports whether a string holds half of a surrogate pair, which
// encoding/json replaces and this reader refuses. Documents with any surrogate
// that encoding/json turns into U+FFFD count.
func loneSurrogate(document []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(document))
	for {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		if text, ok := token.(string); ok && strings.ContainsRune(text, utf8.RuneError) {
			return true
		}
	}
}
