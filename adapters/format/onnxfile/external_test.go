package onnxfile_test

import (
	"encoding/binary"
	"io/fs"
	"strconv"
	"testing"
	"testing/fstest"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

// outside returns an initializer of FP32 [2] whose elements are in another file.
func outside(name string, entries ...string) []byte {
	proto := join(text(8, name), varint(2, 1), varint(1, 2), varint(14, 1))
	for i := 0; i < len(entries); i += 2 {
		proto = join(proto, message(13, text(1, entries[i]), text(2, entries[i+1])))
	}
	return proto
}

func weights(t *testing.T) fs.FS {
	t.Helper()
	data, err := binary.Append(nil, binary.LittleEndian, []float32{1, 2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{"weights.bin": {Data: data}, "sub/w.bin": {Data: data}, "pipe": {Mode: fs.ModeNamedPipe}}
}

func TestExternal(t *testing.T) {
	for _, test := range []struct {
		name    string
		entries []string
		want    []float32
	}{
		{"from the start", []string{"location", "weights.bin"}, []float32{1, 2}},
		{"a part", []string{"location", "weights.bin", "offset", "8", "length", "8"}, []float32{3, 4}},
		{"in a folder", []string{"location", "./sub/w.bin", "offset", "4", "checksum", "abc"}, []float32{2, 3}},
		{"a way that stays inside", []string{"location", "sub/../weights.bin"}, []float32{1, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := onnxtest.NewModel(17).Field(5, outside("w", test.entries...)).Bytes()
			m, err := onnxfile.ReadModel(data, onnxfile.Options{External: weights(t)})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := m.Graph.Initializers["w"], tensor(t, domain.Shape{2}, test.want...); !sameBits(got, want) {
				t.Errorf("%v, expected %v", elements(got), elements(want))
			}
		})
	}
}

// forwardFS is a file system whose files can be read from the start only.
type forwardFS struct{ fs.FS }

func (f forwardFS) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	return struct{ fs.File }{file}, err
}

func TestExternalWithoutSeek(t *testing.T) {
	data := onnxtest.NewModel(17).Field(5, outside("w", "location", "weights.bin", "offset", "8")).Bytes()
	m, err := onnxfile.ReadModel(data, onnxfile.Options{External: forwardFS{weights(t)}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.Graph.Initializers["w"], tensor[float32](t, domain.Shape{2}, 3, 4); !sameBits(got, want) {
		t.Errorf("%v, expected %v", elements(got), elements(want))
	}
}

func TestExternalRefusals(t *testing.T) {
	for _, test := range []struct {
		name    string
		entries []string
		want    string
	}{
		{"no location", nil, "not a file in the model's folder"},
		{"absolute", []string{"location", "/etc/passwd"}, "not a file in the model's folder"},
		{"above", []string{"location", "../weights.bin"}, "not a file in the model's folder"},
		{"above, hidden", []string{"location", "sub/../../weights.bin"}, "not a file in the model's folder"},
		{"the folder", []string{"location", "."}, "not a file in the model's folder"},
		{"a folder", []string{"location", "sub"}, "not a regular file"},
		{"a pipe", []string{"location", "pipe"}, "not a regular file"},
		{"missing", []string{"location", "other.bin"}, "which is not there"},
		{"two locations", []string{"location", "weights.bin", "location", "sub/w.bin"}, "twice"},
		{"offset beyond", []string{"location", "weights.bin", "offset", "12"}, "has 16 bytes, expected 8 from byte 12"},
		{"offset far beyond", []string{"location", "weights.bin", "offset", "9223372036854775807"}, "has 16 bytes"},
		{"negative offset", []string{"location", "weights.bin", "offset", "-4"}, `offset "-4"`},
		{"offset in words", []string{"location", "weights.bin", "offset", "four"}, `offset "four"`},
		{"another length", []string{"location", "weights.bin", "length", "4"}, "takes 8 bytes, but 4"},
		{"negative length", []string{"location", "weights.bin", "length", "-8"}, `length "-8"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := onnxtest.NewModel(17).Field(5, outside("w", test.entries...)).Bytes()
			_, err := onnxfile.ReadModel(data, onnxfile.Options{External: weights(t)})
			checkError(t, err, domain.Invalid, "graph.initializer[0]", test.want)
		})
	}
}

func TestExternalConflicts(t *testing.T) {
	location := message(13, text(1, "location"), text(2, "weights.bin"))
	for _, test := range []struct {
		name  string
		proto []byte
		kind  domain.Kind
		want  string
	}{
		{"here and there", join(outside("w", "location", "weights.bin"), fixed32(4, 0)), domain.Invalid, "twice"},
		{"texts", join(text(8, "w"), varint(2, 8), varint(1, 2), varint(14, 1), location), domain.Invalid, "texts"},
		{"more bytes than can be counted", join(text(8, "w"), varint(2, 1), varint(1, 1<<62), varint(14, 1), location), domain.Invalid, "counted"},
		{"more bytes than there are", join(text(8, "w"), varint(2, 1), varint(1, 1<<50), varint(14, 1), location), domain.Invalid, "has 16 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := onnxfile.ReadModel(onnxtest.NewModel(17).Field(5, test.proto).Bytes(), onnxfile.Options{External: weights(t)})
			checkError(t, err, test.kind, test.want)
		})
	}
	_, err := onnxfile.ReadModel(onnxtest.NewModel(17).Field(5, outside("w", "location", "weights.bin")).Bytes(), onnxfile.Options{})
	checkError(t, err, domain.Unsupported, `graph.initializer[0] "w"`, "weights.bin", "not at hand")
}

// TestExternalReuse lets tensors share a part of a file, but not make much of
// little.
func TestExternalReuse(t *testing.T) {
	read := func(tensors int) error {
		m := onnxtest.NewModel(17)
		for i := range tensors {
			m.Field(5, outside("w"+strconv.Itoa(i), "location", "weights.bin"))
		}
		_, err := onnxfile.ReadModel(m.Bytes(), onnxfile.Options{External: weights(t)})
		return err
	}
	if err := read(8); err != nil {
		t.Errorf("8 tensors of half a file: %v", err)
	}
	checkError(t, read(9), domain.Invalid, "more than 4 times")
}
