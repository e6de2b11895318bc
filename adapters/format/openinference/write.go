package openinference

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/portent-go/portent/domain"
)

// AppendRequest appends a request to body: a JSON document and the raw tensors
// behind it. It returns how long the document is where it must be told, which is
// where a tensor is in raw form, else 0.
func AppendRequest(body []byte, r *Request) (extended []byte, documentSize int, err error) {
	w := &writer{body: body, start: len(body)}
	w.byte('{')
	w.optional("id", r.ID)
	w.optional("model_name", r.Model)
	var all any // not said where it is what holds anyway
	if r.Binary {
		all = true
	}
	if err := w.parameters(r.Parameters, allBinaryParameter, all); err != nil {
		return nil, 0, err
	}
	w.key("inputs")
	if err := w.tensors(r.Inputs); err != nil {
		return nil, 0, err
	}
	if len(r.Outputs) > 0 {
		w.key("outputs")
		if err := w.outputs(r); err != nil {
			return nil, 0, err
		}
	}
	return w.finish(r.Inputs)
}

// AppendResponse appends an answer to body: a JSON document and the raw tensors
// behind it. It returns how long the document is where it must be told, which is
// where a tensor is in raw form, else 0. An output that JSON cannot hold is an
// error of kind Invalid or Unsupported with the hint to ask for its raw form.
func AppendResponse(body []byte, r *Response) (extended []byte, documentSize int, err error) {
	w := &writer{body: body, start: len(body)}
	w.byte('{')
	w.optional("model_name", r.Model)
	w.optional("model_version", r.Version)
	w.optional("id", r.ID)
	if err := w.parameters(r.Parameters, "", nil); err != nil {
		return nil, 0, err
	}
	w.key("outputs")
	if err := w.tensors(r.Outputs); err != nil {
		return nil, 0, err
	}
	return w.finish(r.Outputs)
}

// writer puts a message together.
type writer struct {
	body  []byte
	start int // where the message begins in body
}

// finish closes the document and appends the tensors in raw form.
func (w *writer) finish(tensors []NamedTensor) ([]byte, int, error) {
	w.byte('}')
	if !slices.ContainsFunc(tensors, func(t NamedTensor) bool { return t.Binary }) {
		return w.body, 0, nil
	}
	size := len(w.body) - w.start
	for _, t := range tensors {
		if !t.Binary {
			continue
		}
		var err error
		if w.body, err = AppendRaw(w.body, t.Tensor); err != nil {
			return nil, 0, placed(err, t.Name)
		}
	}
	return w.body, size, nil
}

// placed says which tensor an error is about.
func placed(err error, name string) error {
	return &domain.Error{Kind: domain.KindOf(err), Field: name, Msg: err.Error()}
}

func (w *writer) tensors(tensors []NamedTensor) error {
	w.byte('[')
	for _, t := range tensors {
		w.comma()
		w.byte('{')
		if err := w.tensor(t); err != nil {
			return err
		}
		w.byte('}')
	}
	w.byte(']')
	return nil
}

func (w *writer) tensor(t NamedTensor) error {
	w.field("name", t.Name)
	w.field("datatype", t.Tensor.Datatype().String())
	w.key("shape")
	w.byte('[')
	for i, n := range t.Tensor.Shape() {
		if i > 0 {
			w.byte(',')
		}
		w.body = strconv.AppendInt(w.body, int64(n), 10)
	}
	w.byte(']')
	if !t.Binary {
		if err := w.parameters(t.Parameters, "", nil); err != nil {
			return err
		}
		w.key("data")
		return w.data(t)
	}
	return w.parameters(t.Parameters, sizeParameter, int64(RawSize(t.Tensor)))
}

func (w *writer) outputs(r *Request) error {
	w.byte('[')
	for _, output := range r.Outputs {
		w.comma()
		w.byte('{')
		w.field("name", output.Name)
		var own any // said where it differs from what holds for all
		if output.Binary != r.Binary {
			own = output.Binary
		}
		if err := w.parameters(output.Parameters, binaryParameter, own); err != nil {
			return err
		}
		w.byte('}')
	}
	w.byte(']')
	return nil
}

// parameters writes parameters, sorted by name, and behind them one more if its
// value is not nil. Where there are none, nothing is written.
func (w *writer) parameters(p Parameters, name string, value any) error {
	if len(p) == 0 && value == nil {
		return nil
	}
	w.key("parameters")
	w.byte('{')
	for _, key := range slices.Sorted(maps.Keys(p)) {
		if err := w.parameter(key, p[key]); err != nil {
			return err
		}
	}
	if value != nil {
		if err := w.parameter(name, value); err != nil {
			return err
		}
	}
	w.byte('}')
	return nil
}

func (w *writer) parameter(name string, value any) error {
	w.key(name)
	switch v := value.(type) {
	case string:
		w.text(v)
	case bool:
		w.body = strconv.AppendBool(w.body, v)
	case int64:
		w.body = strconv.AppendInt(w.body, v, 10)
	case uint64:
		w.body = strconv.AppendUint(w.body, v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return domain.Errorf(domain.Invalid, "parameter %q is %v, which JSON cannot hold", name, v)
		}
		w.body = strconv.AppendFloat(w.body, v, 'g', -1, 64)
	default:
		return domain.Errorf(domain.Invalid, "parameter %q is of type %T, expected string, bool, int64, uint64 or float64", name, value)
	}
	return nil
}

func (w *writer) byte(b byte) { w.body = append(w.body, b) }

// comma writes a comma unless a bracket has just been opened.
func (w *writer) comma() {
	if last := w.body[len(w.body)-1]; last != '{' && last != '[' {
		w.byte(',')
	}
}

func (w *writer) key(name string) {
	w.comma()
	w.text(name)
	w.byte(':')
}

func (w *writer) field(name, value string) {
	w.key(name)
	w.text(value)
}

func (w *writer) optional(name, value string) {
	if value != "" {
		w.field(name, value)
	}
}

// text writes a string. What is not UTF-8 in it is replaced, which is for names
// only: elements are checked before.
func (w *writer) text(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // cannot fail: it is a string
			w.body = append(w.body, quoted...)
			return
		}
	}
	w.byte('"')
	w.body = append(w.body, s...)
	w.byte('"')
}
