package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

// answersOf runs predict for programs and returns its answers.
func answersOf(t *testing.T, stdin io.Reader, args ...string) (answers []answer) {
	t.Helper()
	r := portent(t, nil, stdin, append([]string{"predict", "--output", "jsonl"}, args...)...)
	if r.err != nil {
		t.Fatalf("%v\n%s", r.err, r.stderr)
	}
	for line := range strings.Lines(r.stdout) {
		var a answer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	return answers
}

func namesIn(answers []answer) (names []string) {
	for _, a := range answers {
		names = append(names, filepath.ToSlash(a.Input))
	}
	return names
}

// tree makes a folder with pictures in it and below it.
func tree(t *testing.T) string {
	t.Helper()
	folder, picture := t.TempDir(), readFile(t, modelFolder, "samples", "cat.png")
	for _, name := range []string{"b.png", "a.PNG", "notes.txt", "deep/er/c.png", "deep/[d].png", ".hidden/e.png"} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, picture, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestInputsAreFound(t *testing.T) {
	t.Chdir(tree(t))
	for _, test := range []struct {
		args []string
		list string // of --files-from -
		want []string
	}{
		{[]string{"."}, "", []string{"a.PNG", "b.png"}},
		{[]string{"-r", "."}, "", []string{"a.PNG", "b.png", "deep/[d].png", "deep/er/c.png"}},
		{[]string{"b.png", "deep", "b.png"}, "", []string{"b.png", "deep/[d].png", "b.png"}},
		{[]string{"*.png"}, "", []string{"b.png"}},
		{[]string{"**/*.png"}, "", []string{".hidden/e.png", "b.png", "deep/[d].png", "deep/er/c.png"}},
		{[]string{"{deep,.}/*.{png,PNG}"}, "", []string{"a.PNG", "b.png", "deep/[d].png"}},
		{[]string{"deep/[d].png"}, "", []string{"deep/[d].png"}}, // there is such a file
		{[]string{"dee*"}, "", []string{"deep/[d].png"}},
		{nil, "b.png\r\n\ndeep\na.PNG", []string{"b.png", "deep/[d].png", "a.PNG"}},
		{[]string{"a.PNG"}, "b.png\x00deep/[d].png\x00", []string{"a.PNG", "b.png", "deep/[d].png"}},
	} {
		args := test.args
		if test.list != "" {
			args = append(args, "--files-from", "-")
		}
		if got := namesIn(answersOf(t, strings.NewReader(test.list), args...)); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q %q: %q, expected %q", test.args, test.list, got, test.want)
		}
	}
}

// A link that is named is as good as what it leads to, and one that leads back is not
// followed without end.
func TestLinksAreInputs(t *testing.T) {
	t.Chdir(tree(t))
	if err := errors.Join(os.Symlink("deep", "link"), os.Symlink("..", "deep/up"), os.Symlink("../b.png", "deep/linked.png")); err != nil {
		t.Skip("there are no links here: ", err)
	}
	for _, test := range []struct{ args, want []string }{
		{[]string{"link"}, []string{"link/[d].png", "link/linked.png"}},
		{[]string{"-r", "link"}, []string{"link/[d].png", "link/er/c.png", "link/linked.png"}},
		{[]string{"lin?"}, []string{"link/[d].png", "link/linked.png"}},
		{[]string{"lin?/*.png"}, []string{"link/[d].png", "link/linked.png"}},
		{[]string{"deep/**/*.png"}, []string{"deep/[d].png", "deep/er/c.png", "deep/linked.png"}},
	} {
		if got := namesIn(answersOf(t, nil, test.args...)); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: %q, expected %q", test.args, got, test.want)
		}
	}
}

func TestInputsThatAreNotThere(t *testing.T) {
	t.Chdir(tree(t))
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"*.gif"}, "*.gif: no file matches"}, {[]string{"x"}, "x: no such file"}, {[]string{"b.png[", "b.png"}, "b.png[: is neither a file nor a pattern"},
		{[]string{"--files-from", "nowhere"}, "--files-from nowhere: cannot be read"}, {[]string{"-", "-"}, "more than once"}, {[]string{"-", "--files-from", "-"}, "more than once"},
	} {
		r := portent(t, nil, strings.NewReader(""), append([]string{"predict"}, test.args...)...)
		if r.err == nil || statusOf(r.err) != 1 || !strings.Contains(r.stderr, test.want) {
			t.Errorf("%q: %v\n%s", test.args, r.err, r.stderr)
		}
	}
	if err := errors.Join(os.Mkdir("above", 0o700), os.Rename("deep", "above/deep")); err != nil {
		t.Fatal(err)
	}
	if r := portent(t, nil, nil, "predict", "above"); r.err == nil || !strings.Contains(r.stderr, "--recursive") {
		t.Errorf("%v\n%s", r.err, r.stderr)
	}
}

// numpy returns the bytes of an array of float32, in C order or in Fortran's.
func numpy(shape domain.Shape, values []float32, fortran bool) []byte {
	order, lengths := "False", strings.Trim(strings.ReplaceAll(fmt.Sprint([]int(shape)), " ", ", "), "[]")
	if fortran {
		order = "True"
	}
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': %s, 'shape': (%s,), }\n", order, lengths)
	file := slices.Concat([]byte("\x93NUMPY\x01\x00"), binary.LittleEndian.AppendUint16(nil, uint16(len(header))), []byte(header))
	for _, v := range values {
		file = binary.LittleEndian.AppendUint32(file, math.Float32bits(v))
	}
	return file
}

// TestTensorsGiveTheSameBits predicts the same pictures as files, as tensors of
// ONNX's and NumPy's, alone and as rows, and on standard input.
func TestTensorsGiveTheSameBits(t *testing.T) {
	proto := readFile(t, modelFolder, "test_data_set_1", "input_0.pb") // the samples, in order
	_, tensor, err := onnxfile.ReadTensor(proto)
	if err != nil {
		t.Fatal(err)
	}
	values, _ := domain.Data[float32](tensor)
	rows, size := tensor.Shape()[0], len(values)/tensor.Shape()[0]
	pictures := answersOf(t, nil, filepath.Join(modelFolder, "samples"))
	if len(pictures) != rows {
		t.Fatalf("%d samples, %d rows", len(pictures), rows)
	}
	folder := t.TempDir()
	for name, data := range map[string][]byte{
		"all.npy": numpy(tensor.Shape(), values, false), "all.pb": proto, "one.npy": numpy(domain.Shape{3, 32, 32}, values[:size], false),
		"fortran.npy": numpy(domain.Shape{1, 3, 32, 32}, transposed(values[:size]), true),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	same := func(name string, got, want []answer) {
		t.Helper()
		if len(got) != len(want) {
			t.Fatalf("%s: %d answers, expected %d", name, len(got), len(want))
		}
		for i := range got {
			if !slices.Equal(got[i].Probabilities, want[i].Probabilities) || got[i].Label != want[i].Label {
				t.Errorf("%s: %+v, expected %+v", got[i].Input, got[i], want[i])
			}
		}
	}
	for _, name := range []string{"all.npy", "all.pb"} {
		got := answersOf(t, nil, filepath.Join(folder, name))
		same(name, got, pictures)
		if last := got[rows-1].Input; !strings.HasSuffix(last, fmt.Sprintf("%s[%d]", name, rows-1)) {
			t.Errorf("the last row is called %s", last)
		}
		same(name+" on standard input", answersOf(t, bytes.NewReader(readFile(t, folder, name)), "-"), pictures)
	}
	same("one", answersOf(t, nil, filepath.Join(folder, "one.npy")), pictures[:1])
	same("fortran", answersOf(t, nil, filepath.Join(folder, "fortran.npy")), pictures[:1])
}

// transposed returns a picture of shape [3,32,32] in the order of Fortran.
func transposed(values []float32) (turned []float32) {
	for x := range 32 {
		for y := range 32 {
			for c := range 3 {
				turned = append(turned, values[(c*32+y)*32+x])
			}
		}
	}
	return turned
}

func TestTensorsThatDoNotFit(t *testing.T) {
	folder := t.TempDir()
	doubles := bytes.Replace(numpy(domain.Shape{1, 3, 32, 32}, make([]float32, 2*3072), false), []byte("<f4"), []byte("<f8"), 1)
	for name, data := range map[string][]byte{
		"doubles.npy": doubles, "none.npy": numpy(domain.Shape{0, 3, 32, 32}, nil, false), "small.npy": numpy(domain.Shape{2, 3, 4, 4}, make([]float32, 96), false), "arrays.npz": []byte("PK\x03\x04"),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"doubles.npy": `array.astype("float32")`, "none.npy": "has no rows", "small.npy": "expected [-1,3,32,32]", "arrays.npz": "numpy.save"} {
		if r := portent(t, nil, nil, "predict", filepath.Join(folder, name)); r.err == nil || !strings.Contains(r.stderr, want) || !strings.Contains(r.stderr, name+": ") {
			t.Errorf("%s: %v\n%s", name, r.err, r.stderr)
		}
	}
	if r := portent(t, nil, strings.NewReader("nothing"), "predict", "-"); r.err == nil || !strings.Contains(r.stderr, "-: is neither a picture nor a tensor") || !strings.Contains(r.stderr, "--files-from") {
		t.Errorf("%v\n%s", r.err, r.stderr)
	}
}

// TestPredictAndTheServerGiveTheSameBits asks both for every sample.
func TestPredictAndTheServerGiveTheSameBits(t *testing.T) {
	s := serveModel(t)
	for _, a := range answersOf(t, nil, filepath.Join(modelFolder, "samples")) {
		status, body := s.post(t, "/predict?top_k=3", "image/png", readFile(t, a.Input))
		var served answer
		if err := json.Unmarshal([]byte(body), &served); err != nil || status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		if served.Input = a.Input; !reflect.DeepEqual(served, a) {
			t.Errorf("the server says %+v, predict %+v", served, a)
		}
	}
}
