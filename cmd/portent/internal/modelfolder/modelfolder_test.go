package modelfolder

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/vision"
	"github.com/portent-go/portent/model"
)

// read reads files as a model's folder.
func read(t *testing.T, files map[string][]byte) *model.Folder {
	t.Helper()
	fsys := fstest.MapFS{"model.onnx": {Data: onnxtest.NewModel(17).Bytes()}}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: data}
	}
	f, err := model.Open(fsys, "m", "test")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// What is written is what the reader takes, and means what the preset says.
func TestPresets(t *testing.T) {
	for _, test := range []struct {
		preset        Preset
		height, width int
		mean, std     []float64
		want          vision.Preprocessor
	}{
		{ImageNet, 224, 224, nil, nil, vision.Preprocessor{
			Resize: vision.Shortest(256), Crop: vision.Exactly(224, 224), Mean: [3]float32{0.485, 0.456, 0.406}, Std: [3]float32{0.229, 0.224, 0.225},
		}},
		{ImageNet, 299, 299, nil, nil, vision.Preprocessor{
			Resize: vision.Shortest(342), Crop: vision.Exactly(299, 299), Mean: [3]float32{0.485, 0.456, 0.406}, Std: [3]float32{0.229, 0.224, 0.225},
		}},
		{Half, 64, 128, nil, nil, vision.Preprocessor{Resize: vision.Exactly(128, 64), Mean: [3]float32{0.5, 0.5, 0.5}, Std: [3]float32{0.5, 0.5, 0.5}}},
		{Plain, 32, 32, nil, nil, vision.Preprocessor{Resize: vision.Exactly(32, 32)}},
		{Plain, 32, 32, []float64{0.1, 0.2, 0.3}, []float64{0.4, 0.5, 0.6}, vision.Preprocessor{
			Resize: vision.Exactly(32, 32), Mean: [3]float32{0.1, 0.2, 0.3}, Std: [3]float32{0.4, 0.5, 0.6},
		}},
	} {
		data, err := test.preset.Preprocessor(test.height, test.width, test.mean, test.std)
		if err != nil {
			t.Fatal(err)
		}
		got := *read(t, map[string][]byte{PreprocessorName: data}).Card.Preprocessor
		test.want.Resample, test.want.Rescale = vision.Bilinear, 1.0/255
		if got != test.want {
			t.Errorf("%s: %+v, expected %+v", test.preset, got, test.want)
		}
		if shape := got.Output().Shape; !shape.Equal(domain.Shape{1, 3, test.height, test.width}) {
			t.Errorf("%s makes %v", test.preset, shape)
		}
		if !strings.Contains(test.preset.Explain(test.height, test.width), "to ") {
			t.Errorf("%s is not explained", test.preset)
		}
	}
	for _, bad := range [][2][]float64{{{1, 2}, {1, 2}}, {{0, 0, 0}, {1, 0, 1}}, {nil, {1, 1, 1}}, {{123.7, 116.3, 103.5}, {1, 1, 1}}, {{math.NaN(), 0, 0}, {1, 1, 1}}, {{0, 0, 0}, {1, math.Inf(1), 1}}} {
		if _, err := Plain.Preprocessor(1, 1, bad[0], bad[1]); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestLabels(t *testing.T) {
	file := filepath.Join(t.TempDir(), "labels.txt")
	for text, want := range map[string]domain.Labels{
		"a\nb\nc":                       {"a", "b", "c"},
		"\ufeffa\r\nb c\r\n \"d\" \r\n": {"a", "b c", `"d"`},
		"tench, Tinca\n<b>\n1\n":        {"tench, Tinca", "<b>", "1"},
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		labels, err := Labels(file, 3)
		if err != nil || !slices.Equal(labels, want) {
			t.Errorf("%q: %v %q", text, err, labels)
		}
		data := Config(labels)
		if got := read(t, map[string][]byte{ConfigName: data}).Card.Labels; !slices.Equal(got, want) || !json.Valid(data) {
			t.Errorf("%s gives %q", data, got)
		}
	}
	if labels, err := Labels(" a , b", 0); err != nil || !slices.Equal(labels, domain.Labels{"a", "b"}) {
		t.Errorf("%v %q", err, labels)
	}
	for _, bad := range []string{"a,b,c,d", "a,,b", "nowhere", t.TempDir()} {
		if _, err := Labels(bad, 3); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Classes stay in their order for whoever reads the file.
func TestConfigIsInOrder(t *testing.T) {
	text := string(Config(slices.Repeat(domain.Labels{"x"}, 12)))
	if strings.Index(text, `"2":`) > strings.Index(text, `"10":`) {
		t.Error(text)
	}
}

func TestPictures(t *testing.T) {
	for _, test := range []struct {
		datatype      domain.Datatype
		shape         domain.Shape
		height, width int
		ok            bool
		whyNot        string
	}{
		{domain.FP32, domain.Shape{-1, 3, 224, 192}, 224, 192, true, ""},
		{domain.FP32, domain.Shape{1, 3, -1, -1}, 0, 0, true, ""},
		{domain.FP32, domain.Shape{-1, 3, 3, 3}, 3, 3, true, ""},
		{domain.FP32, domain.Shape{-1, 224, 192, 3}, 224, 192, true, ""}, // as Keras has them
		{domain.FP32, domain.Shape{1, -1, -1, 3}, 0, 0, true, ""},
		{domain.FP32, domain.Shape{-1, 28, 28, 1}, 0, 0, false, "red, green and blue"},
		{domain.FP32, domain.Shape{-1, 1, 28, 28}, 0, 0, false, "red, green and blue"},
		{domain.UINT8, domain.Shape{-1, 3, 28, 28}, 0, 0, false, "FP32"},
		{domain.FP32, domain.Shape{-1, 4}, 0, 0, false, ""},
	} {
		s := domain.Signature{Inputs: []domain.TensorSpec{{Name: "x", Datatype: test.datatype, Shape: test.shape}}}
		height, width, whyNot, ok := Pictures(s)
		if height != test.height || width != test.width || ok != test.ok || !strings.Contains(whyNot, test.whyNot) || test.whyNot == "" && whyNot != "" {
			t.Errorf("%v %v: %d %d %q %v", test.datatype, test.shape, height, width, whyNot, ok)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string][2]int{"224": {224, 224}, "64x128": {64, 128}, "64X128": {64, 128}} {
		if h, w, err := ParseSize(text); err != nil || [2]int{h, w} != want {
			t.Errorf("%q: %d %d %v", text, h, w, err)
		}
	}
	for _, bad := range []string{"", "x", "0", "-1", "1x", "1x2x3", "99999", "2.5"} {
		if _, _, err := ParseSize(bad); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A link is one file with what it is a link to, and undone it leaves that alone.
func TestWriterUndoesLinks(t *testing.T) {
	source := filepath.Join(t.TempDir(), "net")
	if err := os.WriteFile(source, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "a", "b")
	w := NewWriter(folder, false)
	if err := w.Copy("net", source, true); err != nil || !w.Is("net", source) {
		t.Fatal(err)
	}
	if err := w.Put("net", nil); domain.KindOf(err) != domain.Invalid {
		t.Errorf("it is replaced: %v", err)
	}
	if err := w.Undo(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Dir(folder)); err == nil {
		t.Error("folders are left behind")
	}
	if _, err := os.Stat(source); err != nil {
		t.Error(err)
	}
}

// What an init that was killed has kept is somebody's file.
func TestWriterKeepsWhatWasKept(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"a", "a.before-portent-init"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := NewWriter(folder, true)
	if err := w.Put("a", []byte("new")); domain.KindOf(err) != domain.Invalid || !strings.Contains(err.Error(), "before-portent-init") {
		t.Error(err)
	}
	if err := w.Undo(); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"a", "a.before-portent-init"} {
		if data, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(data) != name {
			t.Errorf("%s holds %q, %v", name, data, err)
		}
	}
}
