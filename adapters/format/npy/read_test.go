package npy_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/format/npy"
	"github.com/portent-go/portent/domain"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".npy"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// shown writes a tensor's elements as text.
func shown(tensor domain.Tensor) string {
	switch tensor.Datatype() {
	case domain.BOOL:
		return show[bool](tensor)
	case domain.UINT8:
		return show[uint8](tensor)
	case domain.UINT16:
		return show[uint16](tensor)
	case domain.UINT32:
		return show[uint32](tensor)
	case domain.UINT64:
		return show[uint64](tensor)
	case domain.INT8:
		return show[int8](tensor)
	case domain.INT16:
		return show[int16](tensor)
	case domain.INT32:
		return show[int32](tensor)
	case domain.INT64:
		return show[int64](tensor)
	case domain.FP16:
		return show[domain.Float16](tensor)
	case domain.FP32:
		return show[float32](tensor)
	case domain.FP64:
		return show[float64](tensor)
	default:
		return show[string](tensor)
	}
}

func show[T domain.Element](tensor domain.Tensor) string {
	values, _ := domain.Data[T](tensor)
	return fmt.Sprint(values)
}

// TestReadsWhatNumPyWrites reads files that NumPy has written.
func TestReadsWhatNumPyWrites(t *testing.T) {
	const numbers, halves = "[0 1 2 3 4 5]", "[0 15360 16384 16896 17408 17664]"
	six := domain.Shape{2, 3}
	for _, test := range []struct {
		name     string
		datatype domain.Datatype
		shape    domain.Shape
		want     string
	}{
		{"numbers_i1", domain.INT8, six, numbers}, {"numbers_u1", domain.UINT8, six, numbers},
		{"numbers_little_i2", domain.INT16, six, numbers}, {"numbers_big_i2", domain.INT16, six, numbers}, {"numbers_little_u2", domain.UINT16, six, numbers},
		{"numbers_little_i4", domain.INT32, six, numbers}, {"numbers_little_u4", domain.UINT32, six, numbers},
		{"numbers_little_i8", domain.INT64, six, numbers}, {"numbers_big_u8", domain.UINT64, six, numbers},
		{"numbers_little_f2", domain.FP16, six, halves}, {"numbers_big_f2", domain.FP16, six, halves},
		{"numbers_little_f4", domain.FP32, six, numbers}, {"numbers_big_f4", domain.FP32, six, numbers}, {"numbers_little_f8", domain.FP64, six, numbers},
		{"fortran", domain.FP32, domain.Shape{2, 3, 4}, "[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23]"},
		{"bool", domain.BOOL, domain.Shape{3}, "[true false true]"},
		{"version2", domain.FP32, six, numbers}, {"version3", domain.FP32, six, numbers},
		{"scalar", domain.FP32, domain.Shape{}, "[7]"}, {"empty", domain.FP32, domain.Shape{0, 3}, "[]"},
		{"str", domain.BYTES, domain.Shape{3}, "[a é 猫猫]"}, {"bytes", domain.BYTES, domain.Shape{2}, "[a bc]"},
	} {
		tensor, err := npy.Read(file(t, test.name))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if tensor.Datatype() != test.datatype || !tensor.Shape().Equal(test.shape) || shown(tensor) != test.want {
			t.Errorf("%s: %v %v %s", test.name, tensor.Datatype(), tensor.Shape(), shown(tensor))
		}
	}
}

// array is a file with a header of the test's own.
func array(header string, body ...byte) []byte {
	data := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return slices.Concat(data, []byte(header), body)
}

func TestRefusals(t *testing.T) {
	of := func(descr, shape string, body ...byte) []byte {
		return array("{'descr': '"+descr+"', 'fortran_order': False, 'shape': "+shape+", }\n", body...)
	}
	for _, test := range []struct {
		name string
		data []byte
		kind domain.Kind
		want string
	}{
		{"complex", file(t, "refused_complex"), domain.Unsupported, "complex numbers"},
		{"longdouble", file(t, "refused_longdouble"), domain.Unsupported, "longdouble"},
		{"objects", file(t, "refused_object"), domain.Unsupported, "Python objects"},
		{"times", file(t, "refused_time"), domain.Unsupported, "times"},
		{"records", file(t, "refused_record"), domain.Unsupported, "holds records"},
		{"raw bytes", file(t, "refused_void"), domain.Unsupported, "raw bytes"},
		{"archive", file(t, "refused_archive"), domain.Unsupported, ".npz"},
		{"nothing", nil, domain.Invalid, "is empty"},
		{"a picture", []byte("\x89PNG\r\n"), domain.Invalid, "no array"},
		{"version 4", []byte("\x93NUMPY\x04\x00\x00\x00"), domain.Unsupported, "version 4"},
		{"no version", []byte("\x93NUMPY"), domain.Invalid, "ends within"},
		{"no length", []byte("\x93NUMPY\x02\x00\x00"), domain.Invalid, "ends within"},
		{"no header", []byte("\x93NUMPY\x03\x00\xff\xff\xff\xff{"), domain.Invalid, "ends within"},
		{"half of it", file(t, "version3")[:140], domain.Invalid, "does not take the 12 bytes"},
		{"two arrays", slices.Concat(file(t, "version3"), file(t, "bool")), domain.Invalid, "does not take"},
		{"a billion texts of nothing", of("|S0", "(1000000000,)"), domain.Unsupported, `"|S0"`},
		{"no byte order", of("|f4", "(1,)", 0, 0, 0, 0), domain.Invalid, "byte order"},
		{"native byte order", of("=f4", "(1,)", 0, 0, 0, 0), domain.Unsupported, `"=f4"`},
		{"three bytes", of("<i3", "(1,)", 0, 0, 0), domain.Unsupported, `"<i3"`},
		{"no dtype", of("", "(1,)"), domain.Invalid, "no dtype"},
		{"too many elements", of("<f4", "(9223372036854775807,)"), domain.Invalid, "does not take"},
		{"uncountable", of("<f4", "(9223372036854775807, 9)"), domain.Invalid, "impossible shape"},
		{"a negative length", of("<f4", "(-1,)"), domain.Invalid, "a length is expected"},
		{"a bool of 2", of("|b1", "(1,)", 2), domain.Invalid, "element 0"},
		{"half a pair", of("<U1", "(1,)", 0, 0xd8, 0, 0), domain.Invalid, "no character"},
		{"many axes", of("<f4", "("+strings.Repeat("1,", 65)+")"), domain.Invalid, "too many axes"},
		{"a key too few", array("{'descr': '<f4', 'shape': (1,)}", 0, 0, 0, 0), domain.Invalid, "missing"},
		{"a key too many", array("{'descr': '<f4', 'shape': (1,), 'x': 1}"), domain.Invalid, "key x is not known"},
		{"a key twice", array("{'descr': '<f4', 'descr': '<f4'}"), domain.Invalid, "twice"},
		{"no dictionary", array("[1]"), domain.Invalid, `"{" is expected`},
		{"no end", array("{'descr': '<f4'"), domain.Invalid, `"}" is expected`},
		{"no end of a string", array("{'descr': '<f4"), domain.Invalid, "a string is expected"},
		{"more behind it", array("{'descr': '|u1', 'fortran_order': True, 'shape': ()} 1", 0), domain.Invalid, "behind the dictionary"},
		{"neither true nor false", array("{'fortran_order': 1}"), domain.Invalid, `"False" is expected`},
	} {
		_, err := npy.Read(test.data)
		var e *domain.Error
		if !errors.As(err, &e) || e.Kind != test.kind || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.npy")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tensor, err := npy.Read(data)
		if (err == nil) == tensor.IsZero() || err != nil && domain.KindOf(err) == domain.Internal {
			t.Errorf("%v, %v", tensor, err)
		}
	})
}

func ExampleRead() {
	_, err := npy.Read([]byte("PK\x03\x04"))
	fmt.Println(err)
	// Output: array: is an archive of arrays (.npz)
}
