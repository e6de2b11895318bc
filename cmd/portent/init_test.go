package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/model"
)

const (
	tenLabels  = "airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck"
	shippedNet = modelFolder + "/model.onnx"
)

// initialised runs portent init into a folder that is not there yet.
func initialised(t *testing.T, from string, args ...string) (folder string, r result) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "my-model")
	return folder, portent(t, nil, nil, append([]string{"init", from, "--output", folder}, args...)...)
}

// files returns what is in a folder and below it.
func files(t *testing.T, folder string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(folder, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return names
}

func expectFiles(t *testing.T, folder string, want ...string) {
	t.Helper()
	if got := files(t, folder); !slices.Equal(got, want) {
		t.Errorf("the folder holds %v, expected %v", got, want)
	}
}

// writeNPY writes numbers as numpy.save does.
func writeNPY(t *testing.T, shape string, numbers ...float32) string {
	t.Helper()
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", shape)
	header += strings.Repeat(" ", 63-(len(header)+10)%64) + "\n"
	data := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(header)))
	data = append(data, header...)
	for _, v := range numbers {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	name := filepath.Join(t.TempDir(), "array.npy")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestInitMakesAFolderThatIsServed(t *testing.T) {
	vector := func(name string) string { return filepath.Join(modelFolder, "test_data_set_1", name) }
	folder, r := initialised(t, shippedNet, "--labels", tenLabels, "--preset", "none", "--input", vector("input_0.pb"), "--expect", vector("output_0.pb"))
	if r.err != nil {
		t.Fatal(r.stderr)
	}
	expectFiles(t, folder, "MODEL_CONTEXT.md", "config.json", "model.onnx", "preprocessor_config.json", "test_data_set_0/input_0.pb", "test_data_set_0/output_0.pb")
	for _, want := range []string{"portent verify " + folder, "portent serve --model " + folder, "names 10 classes", "largest difference"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("%q is not in\n%s", want, r.stdout)
		}
	}
	if r := portent(t, nil, nil, "verify", folder); r.err != nil || !strings.Contains(r.stdout, "the test vector agrees") {
		t.Errorf("%v\n%s", r.stdout, r.stderr)
	}
	// A picture is prepared and named as by the folder that came with the network.
	sample := filepath.Join(modelFolder, "samples", "ship.png")
	mine := portent(t, nil, nil, "predict", "--output", "csv", "--model", folder, sample)
	theirs := portent(t, nil, nil, "predict", "--output", "csv", "--model", modelFolder, sample)
	if mine.err != nil || mine.stdout != theirs.stdout {
		t.Errorf("%s\n%s, expected\n%s", mine.stderr, mine.stdout, theirs.stdout)
	}
}

// Keras's networks have a picture's channels last, which serving follows.
func TestInitOfANetworkWithChannelsLast(t *testing.T) {
	network := onnxtest.NewModel(17).Input("x", domain.FP32, domain.Shape{-1, 4, 4, 3}).Output("y", domain.FP32, domain.Shape{-1, 3}).
		Node("ReduceMean", []string{"x"}, []string{"y"}, onnxtest.Ints("axes", 1, 2), onnxtest.Int("keepdims", 0))
	file := filepath.Join(t.TempDir(), "net.onnx")
	if err := os.WriteFile(file, network.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	folder, r := initialised(t, file, "--preset", "none", "--labels", "red,green,blue")
	if r.err != nil {
		t.Fatal(r.stderr)
	}
	expectFiles(t, folder, "MODEL_CONTEXT.md", "config.json", "model.onnx", "preprocessor_config.json")
	if r := portent(t, nil, nil, "predict", "--output", "csv", "-k", "1", "--model", folder, filepath.Join(modelFolder, "samples", "ship.png")); r.err != nil || !strings.Contains(r.stdout, "ship.png,1,") {
		t.Errorf("%s\n%s", r.stderr, r.stdout)
	}
}

// What is not known is left out and named, not guessed.
func TestInitGuessesNothing(t *testing.T) {
	folder, r := initialised(t, shippedNet, "--yes")
	if r.err != nil {
		t.Fatal(r.stderr)
	}
	expectFiles(t, folder, "MODEL_CONTEXT.md", "model.onnx")
	for _, want := range []string{"config.json: the classes have numbers", "preprocessor_config.json: it takes tensors only", "test vectors: nothing shows"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("%q is not in\n%s", want, r.stdout)
		}
	}
	if strings.Contains(r.stdout, "portent verify") {
		t.Errorf("it is to be verified, with nothing to verify it by:\n%s", r.stdout)
	}
	if f, err := model.OpenPath(folder); err != nil || f.Card.Labels != nil || f.Card.Preprocessor != nil {
		t.Errorf("%v %+v", err, f)
	}
}

func TestInitOverwritesNothing(t *testing.T) {
	folder, r := initialised(t, shippedNet, "--labels", tenLabels)
	if r.err != nil {
		t.Fatal(r.stderr)
	}
	note := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(note, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := readFile(t, folder, "config.json")
	again := func(args ...string) result {
		return portent(t, nil, nil, append([]string{"init", shippedNet, "--output", folder, "--labels", strings.ToUpper(tenLabels)}, args...)...)
	}
	r = again()
	if r.err == nil || !strings.Contains(r.stderr, "MODEL_CONTEXT.md, config.json, model.onnx") || !strings.Contains(r.stderr, "--force") {
		t.Errorf("%v %s", r.err, r.stderr)
	}
	// With --force and a test vector that is wrong, everything comes back.
	r = again("--force", "--input", filepath.Join(modelFolder, "test_data_set_0", "input_0.pb"), "--expect", writeNPY(t, "1, 10", make([]float32, 10)...))
	if r.err == nil || !strings.Contains(r.stderr, "is off by") {
		t.Errorf("%v %s", r.err, r.stderr)
	}
	expectFiles(t, folder, "MODEL_CONTEXT.md", "config.json", "model.onnx", "notes.txt")
	if string(readFile(t, folder, "config.json")) != string(before) {
		t.Error("config.json is another one than before")
	}
	if r = again("--force"); r.err != nil || !strings.Contains(string(readFile(t, folder, "config.json")), `"0": "AIRPLANE"`) {
		t.Errorf("%v %s", r.err, r.stderr)
	}
	expectFiles(t, folder, "MODEL_CONTEXT.md", "config.json", "model.onnx", "notes.txt")
}

// If something is wrong, nothing is left behind, and the message says what, where and what to do.
func TestInitRefuses(t *testing.T) {
	input, output := filepath.Join(modelFolder, "test_data_set_0", "input_0.pb"), filepath.Join(modelFolder, "test_data_set_0", "output_0.pb")
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("a\n\nb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		from string
		args []string
		want []string
	}{
		{"nowhere.onnx", nil, []string{"nowhere.onnx", "no such file"}},
		{text, nil, []string{text, "ONNX"}},
		{shippedNet, []string{"--labels", "a,b"}, []string{"labels a,b", "there are 2", "10 classes"}},
		{shippedNet, []string{"--labels", "nowhere.txt"}, []string{"nowhere.txt", "a name a line"}},
		{shippedNet, []string{"--labels", text}, []string{"class 1 has no name"}},
		{shippedNet, []string{"--preset", "mine"}, []string{"mine", "imagenet, half or none"}},
		{shippedNet, []string{"--mean", "0.5,0.5,0.5"}, []string{"--mean and --std", "both or neither"}},
		{shippedNet, []string{"--mean", "0.5,0.5", "--std", "1,1"}, []string{"three numbers"}},
		{shippedNet, []string{"--preset", "half", "--mean", "0.5,0.5,0.5", "--std", "1,1,1"}, []string{"--preset and --mean", "one or the other"}},
		{shippedNet, []string{"--size", "64"}, []string{"--size 64", "[-1,3,32,32]"}},
		{shippedNet, []string{"--input", input}, []string{"--expect", "--record"}},
		{shippedNet, []string{"--expect", output}, []string{"--input"}},
		{shippedNet, []string{"--record"}, []string{"--input"}},
		{shippedNet, []string{"--input", input, "--expect", output, "--record"}, []string{"--record"}},
		{shippedNet, []string{"--input", output, "--record"}, []string{"--input", "[-1,3,32,32]"}},
		{shippedNet, []string{"--input", input, "--expect", input}, []string{"--expect", "logits"}},
		{shippedNet, []string{"--input", text, "--record"}, []string{text, ".npy, .pb or a picture"}},
		{shippedNet, []string{"--input", filepath.Join(modelFolder, "samples", "cat.png"), "--record"}, []string{"cat.png", "--preset"}},
		{shippedNet, []string{"--input", "nowhere.npy", "--record"}, []string{"nowhere.npy", "cannot be read"}},
	} {
		folder, r := initialised(t, test.from, test.args...)
		if r.err == nil {
			t.Errorf("%v are accepted:\n%s", test.args, r.stdout)
		}
		for _, want := range test.want {
			if !strings.Contains(r.stderr, want) {
				t.Errorf("%v: %q is not in\n%s", test.args, want, r.stderr)
			}
		}
		if _, err := os.Stat(folder); err == nil {
			t.Errorf("%v: %v is left behind", test.args, files(t, folder))
		}
	}
}

// What the engine answered itself is called so wherever it is shown.
func TestInitRecords(t *testing.T) {
	folder, r := initialised(t, shippedNet, "--record", "--preset", "none", "--input", filepath.Join(modelFolder, "samples", "cat.png"))
	if r.err != nil {
		t.Fatal(r.stderr)
	}
	expectFiles(t, folder, "MODEL_CONTEXT.md", "model.onnx", "preprocessor_config.json", "test_data_set_recorded_0/input_0.pb", "test_data_set_recorded_0/output_0.pb")
	verified := portent(t, nil, nil, "verify", folder)
	context := string(readFile(t, folder, "MODEL_CONTEXT.md"))
	for text, wants := range map[string][]string{
		r.stdout: {"no agreement with training"}, verified.stdout: {"test_data_set_recorded_0"}, context: {"does not show that the answers are those of training", "Portent "},
	} {
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
	}
	// Another one goes beside it.
	r = portent(t, nil, nil, "init", folder, "--force", "--record", "--input", filepath.Join(modelFolder, "samples", "dog.png"))
	if r.err != nil || len(files(t, folder)) != 7 {
		t.Errorf("%v %v", r.stderr, files(t, folder))
	}
}

// outsideWeights writes a network from x [-1,2] to y [-1,2] whose weights are in a file of a folder
// beside it.
func outsideWeights(t *testing.T, folder string) string {
	t.Helper()
	var proto []byte
	proto = protowire.AppendVarint(protowire.AppendTag(proto, 1, protowire.VarintType), 2)  // dims
	proto = protowire.AppendVarint(protowire.AppendTag(proto, 2, protowire.VarintType), 1)  // FLOAT
	proto = protowire.AppendString(protowire.AppendTag(proto, 8, protowire.BytesType), "w") // name
	proto = protowire.AppendVarint(protowire.AppendTag(proto, 14, protowire.VarintType), 1) // EXTERNAL
	var entry []byte
	entry = protowire.AppendString(protowire.AppendTag(entry, 1, protowire.BytesType), "location")
	entry = protowire.AppendString(protowire.AppendTag(entry, 2, protowire.BytesType), "weights/w.bin")
	proto = protowire.AppendBytes(protowire.AppendTag(proto, 13, protowire.BytesType), entry)
	shape := domain.Shape{domain.Dynamic, 2}
	m := onnxtest.NewModel(17).Input("x", domain.FP32, shape).Output("y", domain.FP32, shape).Field(5, proto).Node("Add", []string{"x", "w"}, []string{"y"})
	data := binary.LittleEndian.AppendUint32(nil, math.Float32bits(1))
	data = binary.LittleEndian.AppendUint32(data, math.Float32bits(2))
	name := filepath.Join(folder, "net.onnx")
	for path, content := range map[string][]byte{name: m.Bytes(), filepath.Join(folder, "weights", "w.bin"): data} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

// Weights beside the network come along, and a tensor of NumPy's is an input.
func TestInitTakesWeightsAlong(t *testing.T) {
	for _, link := range []bool{false, true} {
		source := outsideWeights(t, t.TempDir())
		args := []string{"--labels", "no,yes", "--input", writeNPY(t, "1, 2", 10, 20), "--expect", writeNPY(t, "1, 2", 11, 22)}
		if link {
			args = append(args, "--link")
		}
		folder, r := initialised(t, source, args...)
		if r.err != nil {
			t.Fatal(r.stderr)
		}
		expectFiles(t, folder, "MODEL_CONTEXT.md", "config.json", "model.onnx", "test_data_set_0/input_0.pb", "test_data_set_0/output_0.pb", "weights/w.bin")
		from, errFrom := os.Stat(source)
		to, errTo := os.Stat(filepath.Join(folder, "model.onnx"))
		if errFrom != nil || errTo != nil || os.SameFile(from, to) != link {
			t.Errorf("link: %v, one file: %v", link, os.SameFile(from, to))
		}
		if r := portent(t, nil, nil, "verify", folder); r.err != nil {
			t.Error(r.stderr)
		}
	}
}

// A folder that holds a network gets what is missing, and keeps what it has.
func TestInitAddsToAFolder(t *testing.T) {
	folder := t.TempDir()
	outsideWeights(t, folder)
	r := portent(t, nil, nil, "init", folder, "--labels", "no,yes")
	if r.err != nil {
		t.Fatal(r.stderr)
	}
	expectFiles(t, folder, "MODEL_CONTEXT.md", "config.json", "net.onnx", "weights/w.bin")
	if f, err := model.OpenPath(folder); err != nil || !slices.Equal(f.Card.Labels, domain.Labels{"no", "yes"}) {
		t.Errorf("%v %+v", err, f.Card)
	}
}

// On a terminal it asks, asks again after a bad answer, and takes nothing for an answer.
func TestInitAsks(t *testing.T) {
	for _, test := range []struct {
		name, answers    string
		labels, pictures bool
	}{
		{"both", "a,b\n" + tenLabels + "\nmine\nimagenet\n", true, true},
		{"neither", "\n\n", false, false},
		{"the end of the input", "", false, false},
		{"labels, and the end", tenLabels + "\n", true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := (&initSettings{output: filepath.Join(t.TempDir(), "new")}).look(shippedNet)
			if err != nil {
				t.Fatal(err)
			}
			var asked strings.Builder
			ask := &prompter{t.Context(), bufio.NewReader(strings.NewReader(test.answers)), &asked}
			if err := f.name(ask); err != nil {
				t.Fatal(err)
			}
			if err := f.prepare(ask); err != nil {
				t.Fatal(err)
			}
			if (f.config != nil) != test.labels || (f.pictures != nil) != test.pictures {
				t.Errorf("labels: %v, pictures: %v\n%s", f.config != nil, f.pictures != nil, asked.String())
			}
			for _, want := range []string{"the 10 classes", "imagenet", "half", "none"} {
				if !strings.Contains(asked.String(), want) {
					t.Errorf("%q is not asked:\n%s", want, asked.String())
				}
			}
		})
	}
}

// Whoever stops it while it asks is not asked on.
func TestInitIsStoppedWhileItAsks(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in, out := io.Pipe()
	defer func() { _ = out.Close() }()
	var asked strings.Builder
	ask := &prompter{ctx, bufio.NewReader(in), &asked}
	err := ask.ask("?", func(string) error { return nil })
	if domain.KindOf(err) != domain.Canceled || asked.Len() > 0 {
		t.Errorf("%v after %q", err, asked.String())
	}
	if _, err := ask.line(); domain.KindOf(err) != domain.Canceled { // it comes while a line is waited for
		t.Errorf("%v", err)
	}
}

func TestShellWords(t *testing.T) {
	for name, want := range map[string]string{"a/b-c.d": "a/b-c.d", "my model": "'my model'", "it's": `'it'\''s'`, "": "''", "$HOME": "'$HOME'"} {
		if got := shellWord(name); got != want {
			t.Errorf("%q is %s, expected %s", name, got, want)
		}
	}
}
