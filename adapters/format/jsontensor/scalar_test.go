package jsontensor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

// readScalars reads {"p": {...}}.
func readScalars(document string, lenient bool) (map[string]any, error) {
	d := NewDecoder([]byte(document))
	if lenient {
		d.IgnoreUnknown()
	}
	var scalars map[string]any
	err := d.Object([]string{"p"}, func(int) (err error) {
		scalars, err = d.Scalars()
		return err
	})
	return scalars, err
}

func TestScalars(t *testing.T) {
	got, err := readScalars(`{"p":{"s":"a\u00e9","t":true,"f":false,"i":-12,"u":18446744073709551615,"d":1.5,"e":1e2,"n":null,"":0}}`, false)
	want := map[string]any{"s": "aé", "t": true, "f": false, "i": int64(-12), "u": uint64(math.MaxUint64), "d": 1.5, "e": 100.0, "": int64(0)}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%#v, %v", got, err)
	}
	for document, says := range map[string]string{
		`{"p":{"a":1,"a":2}}`:    "p.a: is given twice",
		`{"p":{"a":null,"a":2}}`: "p.a: is given twice",
		`{"p":{"a":[1]}}`:        "p.a: is an array, expected a string, a number or a boolean",
		`{"p":{"a":{}}}`:         "p.a: is an object",
		`{"p":{"a":1e999}}`:      "p.a: is 1e999, too large for FP64",
		`{"p":{"a":nul}}`:        "is not JSON",
		`{"p":{"a":-}}`:          "is not JSON",
		`{"p":{"a" 1}}`:          "is not JSON",
		`{"p":{a:1}}`:            "is not JSON",
		`{"p":[]}`:               "p: is an array, expected an object",
		`{"p":{"a":1}`:           "ends too early",
		`{"p":{"` + strings.Repeat("k", 1000) + `":[]}}`: "p.kkkkkkkkkkkkkkkkkkkkkkkk...: is an array",
	} {
		if _, err := readScalars(document, false); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.50s: %v, want %q", document, err, says)
		}
	}
}

func TestALenientDecoderPassesOverWhatItDoesNotKnow(t *testing.T) {
	got, err := readScalars(`{"x":{"deep":[1,{"y":null}]},"p":{"a":[1],"b":2},"x":1}`, true)
	if err != nil || !reflect.DeepEqual(got, map[string]any{"b": int64(2)}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, document := range []string{`{"p":{},"p":{}}`, `{"x":nul,"p":{}}`, `{"x":` + strings.Repeat("[", 100_000) + `}`, `{"p":{"a":` + strings.Repeat("[", 100_000) + `}}`} {
		if _, err := readScalars(document, true); err == nil {
			t.Errorf("%.50s: accepted", document)
		}
	}
}

func TestFieldsInsideADocument(t *testing.T) {
	read := func(document string) (seen []string, err error) {
		d := NewDecoder([]byte(document))
		known := []string{"a", "b"}
		err = d.Object([]string{"list"}, func(int) error {
			return d.Array(func(int) error {
				return d.Fields(known, func(i int) error {
					if d.Null() {
						seen = append(seen, known[i]+" null")
						return nil
					}
					value, err := d.Bool()
					seen = append(seen, fmt.Sprint(known[i], " ", value))
					return err
				})
			})
		})
		return seen, err
	}
	if seen, err := read(`{"list":[{"b":true,"a":false}, {} ,{"a":null}]}`); err != nil || strings.Join(seen, ", ") != "b true, a false, a null" {
		t.Errorf("%q, %v", seen, err)
	}
	for document, pointer := range map[string]string{
		`{"list":[{"c":1}]}`:                "/list/0/c",
		`{"list":[{},{"a":true,"a":true}]}`: "/list/1/a",
		`{"list":[{"a":1}]}`:                "/list/0/a",
		`{"list":[7]}`:                      "/list/0",
		`{"list":[{]}`:                      "/list/0",
	} {
		_, err := read(document)
		var refused *Error
		if !errors.As(err, &refused) || refused.Pointer != pointer {
			t.Errorf("%s: %v", document, err)
		}
	}
}

func TestLaterReadsWhatWasPassedOver(t *testing.T) {
	d := NewDecoder([]byte(`{"data":[1,"x",2],"after":true}`))
	var later *Decoder
	after := false
	err := d.Object([]string{"data", "after"}, func(i int) (err error) {
		if i == 0 {
			later, err = d.Later()
			return err
		}
		after, err = d.Bool()
		return err
	})
	if err != nil || !after {
		t.Fatal(err)
	}
	_, err = later.Shape()
	var refused *Error
	if !errors.As(err, &refused) || refused.Pointer != "/data/1" {
		t.Errorf("%v", err)
	}
}

func TestAShapeHasFewAxes(t *testing.T) {
	read := func(n int) error {
		d := NewDecoder([]byte(`{"shape":[` + strings.TrimSuffix(strings.Repeat("1,", n), ",") + `]}`))
		return d.Object([]string{"shape"}, func(int) error {
			_, err := d.Shape()
			return err
		})
	}
	if err := read(64); err != nil {
		t.Error(err)
	}
	if err := read(65); err == nil || !strings.Contains(err.Error(), "shape[64]: is an axis too many") {
		t.Error(err)
	}
}

// FuzzScalars compares to encoding/json.
func FuzzScalars(f *testing.F) {
	f.Add([]byte(`{"p":{"s":"a\u00e9","t":true,"i":-12,"d":1.5e3,"n":null}}`))
	f.Add([]byte(`{"p":{"u":18446744073709551615}}`))
	f.Add([]byte(`{"p":{"a":[1]}}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		got, err := readScalars(string(document), false)
		if err != nil {
			checkRefusal(t, err)
			return
		}
		var want struct {
			P map[string]any `json:"p"`
		}
		decoder := json.NewDecoder(bytes.NewReader(document))
		decoder.UseNumber()
		if err := decoder.Decode(&want); err != nil {
			t.Fatalf("accepted, but not JSON: %v", err)
		}
		for key, value := range want.P {
			if number, ok := value.(json.Number); ok {
				f, _ := number.Float64()
				if g := reflect.ValueOf(got[key]); !g.IsValid() || !g.Convert(reflect.TypeFor[float64]()).Equal(reflect.ValueOf(f)) {
					t.Fatalf("%q is %v, encoding/json gives %v", key, got[key], number)
				}
			} else if got[key] != value {
				t.Fatalf("%q is %v, encoding/json gives %v", key, got[key], value)
			}
		}
	})
}

func TestScalarsHaveAnEnd(t *testing.T) {
	document := func(n int) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, `,"k%d":1`, i)
		}
		return `{"p":{` + text.String()[1:] + `}}`
	}
	if got, err := readScalars(document(1024), false); err != nil || len(got) != 1024 {
		t.Errorf("%d values, %v", len(got), err)
	}
	if _, err := readScalars(document(1025), false); err == nil || !strings.Contains(err.Error(), "p: has one value more than the 1024") {
		t.Error(err)
	}
}
