package jsontensor

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/portent-go/portent/domain"
)

var small = domain.TensorSpec{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{2, 2, 3}}

var testHints = Hints{NotNumbers: "not numbers", ManyInputs: "many inputs", NoJSON: "no JSON"}

// decode reads {"input": ..., "shape": ...}.
func decode(spec domain.TensorSpec, document string) (domain.Tensor, error) {
	d, r := NewDecoder([]byte(document)), NewReader(spec, testHints)
	var shape domain.Shape
	err := d.Object([]string{"input", "shape"}, func(field int) error {
		if field == 0 {
			return r.Read(d)
		}
		var err error
		shape, err = d.Shape()
		return err
	})
	if err != nil {
		return domain.Tensor{}, err
	}
	return r.Tensor(shape)
}

func TestAnInputMayBeNestedBatchedOrFlat(t *testing.T) {
	want := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	const nested = `[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]`
	for _, document := range []string{
		`{"input":` + nested + `}`,
		`{"input":[` + nested + `]}`,
		`{"input":[1,2,3,4,5,6,7,8,9,10,11,12]}`,
		`{"input":[1,2,3,4,5,6,7,8,9,10,11,12],"shape":[2,2,3]}`,
		`{"shape":[1,2,2,3],"input":[1,2,3,4,5,6,7,8,9,10,11,12]}`,
		`{"shape":[2,2,3],"input":` + nested + `}`,
		" \t\r\n{ \"input\" :\n[ [ [ 1.0 , 2e0,3],[4,5,6 ]] ,[[7,8,9],[10, 1.1e1 ,12]]] } \n",
	} {
		tensor, err := decode(small, document)
		if err != nil {
			t.Errorf("%s: %v", document, err)
			continue
		}
		got, _ := domain.Data[float32](tensor)
		if !reflect.DeepEqual(got, want) || !tensor.Shape().Equal(domain.Shape{1, 2, 2, 3}) {
			t.Errorf("%s: got %v of shape %v", document, got, tensor.Shape())
		}
	}
}

// refusals are documents for small, with what must be said of each.
var refusals = []struct {
	document, pointer, says string
	malformed               bool
}{
	{``, "", "empty", true},
	{` `, "", "empty", true},
	{`{`, "", "ends too early at line 1, column 2 (offset 1)", true},
	{`{"input"`, "", "ends too early", true},
	{`{"input":`, "/input", "ends too early", true},
	{`{"input":[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12`, "/input/1/1", "ends too early", true},
	{`{"input":[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]`, "", "ends too early", true},
	{`{"input":[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]],}`, "", `found "}"`, true},
	{`{"input":[[[1,2,3,],[4,5,6]],[[7,8,9],[10,11,12]]]}`, "/input/0/0/3", `found "]"`, true},
	{`{"input":[[[1 2,3],[4,5,6]],[[7,8,9],[10,11,12]]]}`, "/input/0/0", `found "2"`, true},
	{`{"input":[[[01,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]}`, "/input/0/0", `found "1"`, true},
	{`{"input":[[[+1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]}`, "/input/0/0/0", `found "+1"`, true},
	{`{"input":[[[.1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]}`, "/input/0/0/0", `found ".1"`, true},
	{`{"input":[[[1.,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]}`, "/input/0/0/0", `found "1."`, true},
	{`{"input":[[[1,2,-]]]}`, "/input/0/0/2", `found "-"`, true},
	{"{\"input\":[[[1,\n NaN,3]]]}", "/input/0/0/1", `found "NaN" at line 2, column 2 (offset 16)`, true},
	{`{"input":[[[1,-Infinity,3]]]}`, "/input/0/0/1", `found "-Infinity"`, true},
	{`{'input':[]}`, "", `found "'input'"`, true},
	{"\ufeff{}", "", `found "\ufeff`, true},
	{`{"input":[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]} x`, "", "bytes after the document", true},
	{`{"input":[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]}{}`, "", "bytes after the document", true},
	{`{"input":[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]],"input":[1]}`, "/input", "given twice", true},
	{"{\"inp\xff\":[]}", "", "not UTF-8", true},
	{`{"a\x":1}`, "", "escape", true},
	{`{"a\ud800":1}`, "", "escape", true},
	{`{"a\udc00\ud800":1}`, "", "escape", true},
	{`{"a\u12":1}`, "", "escape", true},
	{"{\"a\tb\":1}", "", "control character", true},
	{`{"input":tru}`, "/input", "is not JSON", true},
	{`{"input":truth}`, "/input", "is not JSON", true},
	{`[]`, "", "an array, expected an object", false},
	{`3`, "", "a number, expected an object", false},
	{`{"inptu":1}`, "/inptu", "not a known field", false},
	{`{"a/b~c":1}`, "/a~1b~0c", "not a known field", false},
	{`{"input":null}`, "/input", "null, expected an array", false},
	{`{"input":"abc"}`, "/input", `the string "abc", expected an array`, false},
	{`{"input":{}}`, "/input", "an object, expected an array", false},
	{`{"input":1.5}`, "/input", "1.5, expected an array", false},
	{`{"input":[]}`, "/input", "0 values, expected 12", false},
	{`{"input":[[1,2,3]]}`, "/input", "nested 2 deep, expected 3", false},
	{`{"input":[[[[[1]]]]]}`, "/input", "nested 5 deep, expected 3", false},
	{`{"input":` + strings.Repeat("[", 100000) + `}`, "/input", "nested 100000 deep", false},
	{`{"input":[[[1,2,3],[4,5,6]]]}`, "/input", "1 value, expected 2", false},
	{`{"input":[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]],[[1,2,3],[4,5,6]]]}`, "/input", "3 values, expected 2", false},
	{`{"input":[[[1,2,3],[4,5,6]],[[7,8,9],[10,11]]]}`, "/input/1/1", "2 values, expected 3", false},
	{`{"input":[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12,13,14]]]}`, "/input/1/1", "5 values, expected 3", false},
	{`{"input":[[[1,2,3],[4,5,6]],[[7,8,9]]]}`, "/input/1", "1 value, expected 2", false},
	{`{"input":[[[1,2,3],[4,5,6]],[7,8,9]]}`, "/input/1/0", "is 7, expected an array of 3 values", false},
	{`{"input":[[[1,2,3],[4,5,6]],3]}`, "/input/1", "is 3, expected an array of 2 values", false},
	{`{"input":[[[1,2,[3]],[4,5,6]],[[7,8,9],[10,11,12]]]}`, "/input/0/0/2", "an array, expected a number", false},
	{`{"input":[[[1,2,"a"],[4,5,6]],[[7,8,9],[10,11,12]]]}`, "/input/0/0/2", `the string "a", expected a number`, false},
	{`{"input":[[[1,2,true],[4,5,6]],[[7,8,9],[10,11,12]]]}`, "/input/0/0/2", "true, expected a number", false},
	{`{"input":[[[1,2,null],[4,5,6]],[[7,8,9],[10,11,12]]]}`, "/input/0/0/2", "null, expected a number", false},
	{`{"input":[[[1,2,1e39],[4,5,6]],[[7,8,9],[10,11,12]]]}`, "/input/0/0/2", "1e39, too large for FP32", false},
	{`{"input":[[[1,2,-3.5e38],[4,5,6]],[[7,8,9],[10,11,12]]]}`, "/input/0/0/2", "too large for FP32", false},
	{`{"input":[1,2,3,4,5,6,7,8,9,10,11]}`, "/input", "11 values, expected 12", false},
	{`{"input":[1,2,3,4,5,6,7,8,9,10,11,12,13,14]}`, "/input", "14 values, expected 12", false},
	{`{"input":[1,2,3,4,5,6,7,8,9,10,11,12],"shape":[2,3,2]}`, "/shape", "is [2,3,2], expected [2,2,3]", false},
	{`{"input":[1,2,3,4,5,6,7,8,9,10,11,12],"shape":[2,2,2,3]}`, "/shape", "expected [2,2,3]", false},
	{`{"input":[1,2,3,4,5,6,7,8,9,10,11,12],"shape":[2,2,"3"]}`, "/shape/2", "expected a whole number", false},
	{`{"input":[1,2,3,4,5,6,7,8,9,10,11,12],"shape":[2,2,3.0]}`, "/shape/2", "expected a whole number", false},
	{`{"input":[1,2,3,4,5,6,7,8,9,10,11,12],"shape":[2,2,99999999999999999999]}`, "/shape/2", "64 bits", false},
	{`{"input":[[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]],[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]]}`, "/input", "2 values, expected 1", false},
}

func TestRefusalsNameTheirPlace(t *testing.T) {
	for _, c := range refusals {
		_, err := decode(small, c.document)
		var refused *Error
		if !errors.As(err, &refused) {
			t.Errorf("%.80s: error %v, want a refusal", c.document, err)
			continue
		}
		if refused.Pointer != c.pointer || refused.Malformed != c.malformed || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.80s:\n got %q, %t: %v\nwant %q, %t: %s", c.document, refused.Pointer, refused.Malformed, err, c.pointer, c.malformed, c.says)
		}
		if domain.KindOf(err) != domain.Invalid {
			t.Errorf("%.80s: kind %v", c.document, domain.KindOf(err))
		}
	}
}

func TestFieldsAreWrittenWithBrackets(t *testing.T) {
	_, err := decode(small, `{"input":[[[1,2,3],[4,5,6]],[[7,8,9],[10,11]]]}`)
	if got, want := err.Error(), "input[1][1]: has 2 values, expected 3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestKnownMistakesComeWithAHint(t *testing.T) {
	nchw := domain.TensorSpec{Datatype: domain.FP32, Shape: domain.Shape{3, 4, 5}}
	fields := func(shape ...int) string {
		text := "7"
		for i := len(shape) - 1; i >= 0; i-- {
			text = "[" + strings.TrimSuffix(strings.Repeat(text+",", shape[i]), ",") + "]"
		}
		return text
	}
	for document, hint := range map[string]string{
		`{"input":` + fields(4, 5, 3) + `}`:                             "looks like NHWC",
		`{"input":` + fields(1, 4, 5, 3) + `}`:                          "looks like NHWC",
		`{"input":[` + strings.Repeat("0,", 59) + `0],"shape":[4,5,3]}`: "looks like NHWC",
		`{"input":` + fields(2, 3, 4, 5) + `}`:                          "many inputs",
		`{"input":"iVBORw0KGgo="}`:                                      "not numbers",
		`{"inptu":[]}`:                                                  `did you mean "input"?`,
		`{"input":[NaN]}`:                                               "JSON has no NaN",
		`{"input":None}`:                                                "Python",
		`{'input':[]}`:                                                  "quotes with",
		`{"input":[1,2`:                                                 "cut off",
		"\ufeff{}":                                                      "byte order mark",
	} {
		_, err := decode(nchw, document)
		var refused *Error
		if !errors.As(err, &refused) || !strings.Contains(refused.Reason.Hint, hint) {
			t.Errorf("%.60s: %v: hint %+v, want %q", document, err, refused, hint)
		}
	}
}

func TestDynamicAxesTakeTheDocumentsLength(t *testing.T) {
	spec := domain.TensorSpec{Datatype: domain.INT64, Shape: domain.Shape{-1, 2}}
	for document, want := range map[string]domain.Shape{
		`{"input":[[1,2],[3,4],[5,6]]}`:           {1, 3, 2},
		`{"input":[[[1,2]]]}`:                     {1, 1, 2},
		`{"input":[1,2,3,4],"shape":[2,2]}`:       {1, 2, 2},
		`{"shape":[1,2,2],"input":[1,2,3,4]}`:     {1, 2, 2},
		`{"input":[[1,2],[3,4]],"shape":[1,2,2]}`: {1, 2, 2},
	} {
		tensor, err := decode(spec, document)
		if err != nil || !tensor.Shape().Equal(want) {
			t.Errorf("%s: %v, %v, want %v", document, tensor.Shape(), err, want)
		}
	}
	for document, says := range map[string]string{
		`{"input":[1,2,3,4]}`:                          "shape: is needed",
		`{"input":[1,2,3,4],"shape":[3,2]}`:            "4 values",
		`{"input":[1,2,3,4],"shape":[0,2]}`:            "expected [-1,2]",
		`{"input":[1,2,3,4],"shape":[-1,2]}`:           "expected [-1,2]",
		`{"input":[],"shape":[9223372036854775807,2]}`: "shape",
		`{"input":[[1,2],[3]]}`:                        "has 1 value, expected 2",
		`{"input":[[1,2],[3,4]],"shape":[1,2]}`:        "4 values",
		`{"input":[[]]}`:                               "0 values",
	} {
		if _, err := decode(spec, document); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", document, err, says)
		}
	}
}

func TestARaggedInputTakesNoMemory(t *testing.T) {
	spec := domain.TensorSpec{Datatype: domain.FP64, Shape: domain.Shape{-1, -1, -1}}
	// The first row of each level says 20,000 x 20,000 x 20,000 numbers.
	row := "[" + strings.Repeat("1,", 19_999) + "1]"
	document := `{"input":[[` + row + strings.Repeat(",[]", 19_999) + "]" + strings.Repeat(",[]", 19_999) + `]}`
	if _, err := decode(spec, document); err == nil {
		t.Error("accepted")
	}
}

func TestABatchIsReadRowByRow(t *testing.T) {
	read := func(document string) (domain.Tensor, error) {
		d, r := NewDecoder([]byte(document)), NewReader(domain.TensorSpec{Datatype: domain.FP32, Shape: domain.Shape{2, -1}}, testHints)
		if err := d.Object([]string{"inputs"}, func(int) error { return d.Array(func(int) error { return r.Read(d) }) }); err != nil {
			return domain.Tensor{}, err
		}
		return r.Tensor(nil)
	}
	tensor, err := read(`{"inputs":[[[1,2],[3,4]],[[[5,6],[7,8]]],[[9,10],[11,12]]]}`)
	if err != nil || !tensor.Shape().Equal(domain.Shape{3, 2, 2}) || !reflect.DeepEqual(data[float32](tensor), []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}) {
		t.Errorf("got %v, %v", tensor, err)
	}
	_, err = read(`{"inputs":[[[1,2],[3,4]],[[5],[6]]]}`)
	var refused *Error
	if !errors.As(err, &refused) || refused.Pointer != "/inputs/1" || !strings.Contains(err.Error(), "has shape [2,1], the inputs before it [2,2]") {
		t.Errorf("got %v", err)
	}
}

func TestNothingSharesTheDocumentsMemory(t *testing.T) {
	document := []byte(`{"input":["plain","esc\u0061ped"],"id":"me","image":"aGVsbG8="}`)
	d, r := NewDecoder(document), NewReader(domain.TensorSpec{Datatype: domain.BYTES, Shape: domain.Shape{2}}, Hints{})
	var id string
	var file []byte
	err := d.Object([]string{"input", "id", "image"}, func(field int) (err error) {
		switch field {
		case 0:
			return r.Read(d)
		case 1:
			id, err = d.Text(10)
		default:
			file, err = d.Base64("")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	tensor, err := r.Tensor(nil)
	if err != nil {
		t.Fatal(err)
	}
	clear(document)
	if got := data[string](tensor); got[0] != "plain" || got[1] != "escaped" || id != "me" || string(file) != "hello" {
		t.Errorf("got %q, %q, %q", got, id, file)
	}
}

func TestBase64(t *testing.T) {
	read := func(value string) ([]byte, error) {
		d := NewDecoder([]byte(`{"image":` + value + `}`))
		var file []byte
		err := d.Object([]string{"image"}, func(int) (err error) {
			file, err = d.Base64("hint")
			return err
		})
		return file, err
	}
	for _, value := range []string{`"aGk/"`, `"aGk\/"`, `"data:image/png;base64,aGk/"`, `"aGk\u002f"`} {
		if file, err := read(value); err != nil || string(file) != "hi?" {
			t.Errorf("%s: %q, %v", value, file, err)
		}
	}
	for _, value := range []string{`"aGk_"`, `"aGk"`, `"*"`, `"data:image/png,aGk="`, `3`, `[1]`, `null`} {
		if _, err := read(value); err == nil {
			t.Errorf("%s: accepted", value)
		}
	}
}

// TestRandomTensorsComeThrough writes tensors as encoding/json does and reads
// them back.
func TestRandomTensorsComeThrough(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		want := make([]float32, 12)
		for i := range want {
			for {
				want[i] = math.Float32frombits(r.Uint32())
				if f := float64(want[i]); !math.IsNaN(f) && !math.IsInf(f, 0) {
					break
				}
			}
		}
		document, _ := json.Marshal(map[string]any{"input": want})
		if r.IntN(2) == 0 {
			var indented bytes.Buffer
			_ = json.Indent(&indented, document, "", "\t")
			document = indented.Bytes()
		}
		tensor, err := decode(small, string(document))
		if err != nil {
			t.Fatal(err)
		}
		if got := data[float32](tensor); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}
