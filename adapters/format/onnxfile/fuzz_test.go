package onnxfile_test

import (
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

func FuzzReadModel(f *testing.F) {
	f.Add(small(f).Bytes())
	f.Add(readFile(f, "testdata/datatypes.onnx"))
	f.Add(readFile(f, "testdata/attributes.onnx"))
	f.Add(withInput(message(4, nil)))
	f.Add(onnxtest.NewModel(17).Scores("scores", true).Bytes())
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(readDamaged)
}

// FuzzReadTensor checks that what is read can be written and read again.
func FuzzReadTensor(f *testing.F) {
	f.Add(onnxfile.WriteTensor("w", tensor[float32](f, domain.Shape{2}, 1, 2)))
	f.Add(onnxfile.WriteTensor("", tensor(f, domain.Shape{1, 2}, "a", "b")))
	f.Add(join(varint(2, 6), varint(1, 2), message(5, varints(1, 2))))
	f.Add(join(varint(2, 10), varint(5, 0x3c00)))
	f.Add(outside("w", "location", "weights.bin"))
	f.Fuzz(func(t *testing.T, data []byte) {
		name, read, err := onnxfile.ReadTensor(data)
		if err != nil {
			checkDamageError(t, err)
			return
		}
		checkTensor(t, name, read)
		again, same, err := onnxfile.ReadTensor(onnxfile.WriteTensor(name, read))
		if err != nil || again != name || !sameBits(read, same) {
			t.Errorf("%v %v came back as %v %v: %v", read.Datatype(), read.Shape(), same.Datatype(), same.Shape(), err)
		}
	})
}
