package onnxfile_test

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

// readDamaged reads a file that may be damaged. What is refused must be refused
// in the project's words; what is accepted must hold together.
func readDamaged(t *testing.T, data []byte) {
	t.Helper()
	m, err := onnxfile.ReadModel(data, onnxfile.Options{})
	if err != nil {
		checkDamageError(t, err)
		return
	}
	if m.Graph == nil || len(m.Opsets) == 0 {
		t.Fatal("a model without graph or operator set")
	}
	checkGraph(t, m.Graph)
	m.Topology()
}

func checkDamageError(t *testing.T, err error) {
	t.Helper()
	var e *domain.Error
	if !errors.As(err, &e) || (e.Kind != domain.Invalid && e.Kind != domain.Unsupported) || e.Field == "" || e.Msg == "" {
		t.Fatalf("%#v is no error that tells a place and a reason", err)
	}
}

func checkGraph(t *testing.T, g *onnxfile.Graph) {
	t.Helper()
	for name, tensor := range g.Initializers {
		checkTensor(t, name, tensor)
	}
	for _, n := range g.Nodes {
		for _, a := range n.Attributes {
			if a.Name == "" || a.Kind == onnxfile.NoAttribute {
				t.Fatalf("attribute %+v", a)
			}
			if a.Kind == onnxfile.TensorAttribute {
				checkTensor(t, a.Name, a.Tensor)
			}
			if a.Kind == onnxfile.GraphAttribute {
				checkGraph(t, a.Graph)
			}
		}
	}
}

func checkTensor(t *testing.T, name string, tensor domain.Tensor) {
	t.Helper()
	n, err := tensor.Shape().Elements()
	if err != nil || tensor.IsZero() || n != tensor.Len() {
		t.Fatalf("tensor %q of %v %v has %d elements: %v", name, tensor.Datatype(), tensor.Shape(), tensor.Len(), err)
	}
}

func TestEveryTruncation(t *testing.T) {
	data := small(t).Bytes()
	readModel(t, data)
	for n := range data {
		readDamaged(t, data[:n:n])
	}
	proto := onnxfile.WriteTensor("w", tensor[float32](t, domain.Shape{2, 2}, 1, 2, 3, 4))
	for n := range proto {
		if _, _, err := onnxfile.ReadTensor(proto[:n:n]); err == nil {
			t.Errorf("the first %d of %d bytes of a tensor were accepted", n, len(proto))
		}
	}
}

func TestMutations(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, original := range [][]byte{small(t).Bytes(), readFile(t, "testdata/datatypes.onnx"), readFile(t, "testdata/attributes.onnx")} {
		for range 2000 {
			data := append([]byte(nil), original...)
			for range 1 + random.IntN(4) {
				data = mutate(random, data)
			}
			readDamaged(t, data)
		}
	}
}

// mutate changes a byte, cuts a part out or doubles it.
func mutate(random *rand.Rand, data []byte) []byte {
	if len(data) == 0 {
		return data
	}
	at := random.IntN(len(data))
	end := min(len(data), at+1+random.IntN(20))
	switch random.IntN(4) {
	case 0:
		return append(data[:at:at], data[end:]...)
	case 1:
		return append(data[:end:end], data[at:]...)
	case 2:
		data[at] ^= 1 << random.IntN(8)
	default:
		data[at] = byte(random.Uint32())
	}
	return data
}

// TestMemory reads files made to take much memory for their size.
func TestMemory(t *testing.T) {
	const size, most = 1 << 20, 64 // garbage counted, too; small attributes and nodes take the most
	repeated := func(part []byte) []byte {
		content := make([]byte, 0, size)
		for len(content) < size {
			content = append(content, part...)
		}
		return content
	}
	attributes := make([]byte, 0, size)
	for i := uint64(0); len(attributes) < size; i++ {
		attributes = append(attributes, message(5, text(1, strconv.FormatUint(i, 36)), varint(20, 2))...)
	}
	smallest := join(text(2, "y"), text(4, "O"))
	for name, data := range map[string][]byte{
		"packed integers":  onnxtest.NewModel(17).Field(5, join(text(8, "w"), varint(2, 7), varint(1, size), message(7, make([]byte, size)))).Bytes(),
		"integers":         onnxtest.NewModel(17).Field(5, join(text(8, "w"), varint(2, 7), varint(1, size/2), repeated(varint(7, 0)))).Bytes(),
		"narrow integers":  onnxtest.NewModel(17).Field(5, join(text(8, "w"), varint(2, 3), varint(1, size), message(5, make([]byte, size)))).Bytes(),
		"axes":             onnxtest.NewModel(17).Field(5, join(text(8, "w"), varint(2, 1), message(1, make([]byte, size)))).Bytes(),
		"texts":            onnxtest.NewModel(17).Field(5, join(text(8, "w"), varint(2, 8), varint(1, size/2), repeated(text(6, "")))).Bytes(),
		"nodes":            join(message(8, varint(2, 1)), message(7, repeated(message(1, smallest)))),
		"attributes":       onnxtest.NewModel(17).Field(1, join(smallest, attributes)).Bytes(),
		"inputs of a node": onnxtest.NewModel(17).Field(1, join(smallest, repeated(text(1, "")))).Bytes(),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if _, err := onnxfile.ReadModel(data, onnxfile.Options{}); err != nil {
				checkDamageError(t, err)
			}
			runtime.ReadMemStats(&after)
			if taken := int(after.TotalAlloc-before.TotalAlloc) / len(data); taken > most {
				t.Errorf("%d bytes a byte of the file, in all", taken)
			}
		})
	}
}
