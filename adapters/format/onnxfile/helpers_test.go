package onnxfile_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readModel(t testing.TB, data []byte) *onnxfile.Model {
	t.Helper()
	m, err := onnxfile.ReadModel(data, onnxfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func tensor[T domain.Element](t testing.TB, shape domain.Shape, data ...T) domain.Tensor {
	t.Helper()
	made, err := domain.NewTensor(shape, data)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// sameBits reports whether two tensors are the same in every bit.
func sameBits(a, b domain.Tensor) bool {
	return string(onnxfile.WriteTensor("", a)) == string(onnxfile.WriteTensor("", b))
}

// small returns a model that has something of everything and is small enough to
// be damaged at every byte.
func small(t testing.TB) *onnxtest.Model {
	body := onnxtest.NewModel(17).
		Node("Add", []string{"x", "w"}, []string{"sum"}).
		Output("sum", domain.FP32, domain.Shape{2})
	return onnxtest.NewModel(17).Opset("org.example", 3).Property("author", "someone").
		Input("x", domain.FP32, domain.Shape{-1, 2}).
		Output("y", domain.FP32, domain.Shape{-1, 2}).
		Initializer("w", tensor[float32](t, domain.Shape{2}, 1, 2)).
		Initializer("names", tensor(t, domain.Shape{2}, "a", "b")).
		Node("Add", []string{"x", "w"}, []string{"a"}).
		DomainNode("org.example", "Everything", []string{"a", "", "a"}, []string{"y", ""},
			onnxtest.Int("int", 3), onnxtest.Float("float", 1.5), onnxtest.String("text", "abc"),
			onnxtest.Ints("ints", 1, -1), onnxtest.Floats("floats", 1, 2), onnxtest.Strings("texts", "a", "b"),
			onnxtest.Tensor("tensor", tensor[int64](t, domain.Shape{1, 2}, 5, 6)), onnxtest.Graph("body", body))
}

// checkError checks that err is a domain.Error of a kind that mentions the
// wanted texts.
func checkError(t *testing.T, err error, kind domain.Kind, want ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("accepted")
	}
	var e *domain.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Errorf("%v (%v), expected kind %v", err, domain.KindOf(err), kind)
	}
	for _, text := range want {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%v, expected it to mention %s", err, text)
		}
	}
}

// Parts of protobuf messages, to build files that onnxtest cannot say.

func varint(number protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, number, protowire.VarintType), v)
}

func fixed32(number protowire.Number, v uint32) []byte {
	return protowire.AppendFixed32(protowire.AppendTag(nil, number, protowire.Fixed32Type), v)
}

func fixed64(number protowire.Number, v uint64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(nil, number, protowire.Fixed64Type), v)
}

// message returns a length-delimited field.
func message(number protowire.Number, parts ...[]byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), join(parts...))
}

func text(number protowire.Number, v string) []byte { return message(number, []byte(v)) }

func join(parts ...[]byte) (joined []byte) {
	for _, part := range parts {
		joined = append(joined, part...)
	}
	return joined
}

// varints returns integers as a packed field holds them.
func varints(values ...uint64) (packed []byte) {
	for _, v := range values {
		packed = protowire.AppendVarint(packed, v)
	}
	return packed
}
