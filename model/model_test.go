package model_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/vision"
	"github.com/portent-go/portent/model"
)

func TestEmbeddedModel(t *testing.T) {
	f, err := model.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if f.Card.SHA256 != "9fb05f17fb026e32219205088b4832bf89486c6876d6a53ffdd2e086870e0546" {
		t.Errorf("digest %s", f.Card.SHA256)
	}
	if f.Card.Name != "cifar10-resnet20" || f.Card.Version != "1" || len(f.Card.Labels) != 10 || f.Card.Labels[8] != "ship" {
		t.Errorf("card %+v", f.Card)
	}
	if got := f.Card.Preprocessor.Output().String(); got != "picture FP32 [1,3,32,32]" {
		t.Errorf("preprocessing makes %s", got)
	}
	if len(f.Vectors) != 4 || f.Vectors[1].Name != "test_data_set_1" || f.Vectors[1].Inputs[0].Shape()[0] != 10 {
		t.Errorf("%d vectors", len(f.Vectors))
	}
	if f.Sample != "samples/airplane.png" || len(f.Example) == 0 {
		t.Errorf("sample %s of %d bytes", f.Sample, len(f.Example))
	}
}

func TestEveryLabelHasASample(t *testing.T) {
	f, err := model.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("samples/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var expected struct{ Recognised map[string]string }
	if err := json.Unmarshal(data, &expected); err != nil {
		t.Fatal(err)
	}
	for _, label := range f.Card.Labels {
		if expected.Recognised[label+".png"] != label {
			t.Errorf("no sample shows %s", label)
		}
	}
}

func TestOpenPathTakesFoldersAndFiles(t *testing.T) {
	folder, err := model.OpenPath(".")
	if err != nil {
		t.Fatal(err)
	}
	file, err := model.OpenPath("model.onnx")
	if err != nil {
		t.Fatal(err)
	}
	if folder.Card.SHA256 != file.Card.SHA256 || folder.Directory != "." {
		t.Errorf("%+v and %+v", folder.Card, file.Card)
	}
	if file.Card.Name != "model" || file.Card.Labels != nil || file.Card.Preprocessor != nil || file.Vectors != nil {
		t.Errorf("a bare file has %+v", file.Card)
	}
	if _, err := model.OpenPath("nowhere"); domain.KindOf(err) != domain.NotFound {
		t.Errorf("%v", err)
	}
}

// folderWith returns a sound folder with one file changed; nil removes it.
func folderWith(t *testing.T, name string, data []byte) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, file := range []string{
		"model.onnx", "config.json", "preprocessor_config.json", "test_data_set_0/input_0.pb", "test_data_set_0/output_0.pb",
	} {
		content, err := os.ReadFile(filepath.FromSlash(file))
		if err != nil {
			t.Fatal(err)
		}
		fsys[file] = &fstest.MapFile{Data: content}
	}
	delete(fsys, name)
	if data != nil {
		fsys[name] = &fstest.MapFile{Data: data}
	}
	return fsys
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		file, content, want string
		kind                domain.Kind
	}{
		{"model.onnx", "", "holds no model.onnx", domain.NotFound},
		{"config.json", "{\n\"id2label\": [}", "config.json: line 2 is not JSON", domain.Invalid},
		{"config.json", `{"id2label": 3}`, "config.json: id2label in line 1 is of type number, expected object", domain.Invalid},
		{"config.json", `{"id2label": {"0": "a", "2": "b"}}`, "none for class 1", domain.Invalid},
		{"config.json", `{"num_labels": 3, "id2label": {"0": "a", "1": "b"}}`, "num_labels is 3, but id2label has 2", domain.Invalid},
		{"config.json", `[]`, "config.json: the value in line 1 is of type array, expected object", domain.Invalid},
		{"config.json", `{"id2label": {"0": null}}`, "none for class 0", domain.Invalid},
		{"config.json", `{"id2label": {"0": "a", "1": "b"}, "label2id": {"a": 1, "b": 0}}`, `label2id has 1 for "a", but id2label has "b" for 1`, domain.Invalid},
		{"config.json", `{"id2label": {"0": "a", "1": "b"}, "label2id": {"a": "1", "b": "0"}}`, `label2id has 1 for "a"`, domain.Invalid},
		{"config.json", `{"problem_type": "regression"}`, `problem_type is "regression"`, domain.Unsupported},
		{"preprocessor_config.json", `{"do_solarize": true}`, "do_solarize = true is not supported", domain.Unsupported},
		{"preprocessor_config.json", `{"do_pad": true, "size": 3}`, "do_pad = true", domain.Unsupported},
		{"preprocessor_config.json", `{"size": {"width": 3}}`, "size is", domain.Unsupported},
		{"preprocessor_config.json", `{"size": {"height": -1, "width": 4}}`, "size is", domain.Unsupported},
		{"preprocessor_config.json", `{"size": {"shortest_edge": 8}}`, "every picture comes out at", domain.Unsupported},
		{"preprocessor_config.json", `{"size": 8, "do_center_crop": true, "crop_size": 6}`, "beside do_center_crop", domain.Unsupported},
		{"preprocessor_config.json", `{"size": 8, "data_format": "none"}`, "data_format is none", domain.Unsupported},
		{"preprocessor_config.json", `{"size": 8, "resample": 9}`, "resample is 9", domain.Unsupported},
		{"preprocessor_config.json", `{"size": 8, "do_normalize": true, "image_mean": [0], "image_std": [1, 1, 1]}`, "image_mean and image_std", domain.Unsupported},
		{"preprocessor_config.json", `{"size": 8, "do_normalize": true, "image_mean": [0, 0, 0], "image_std": [1, 0, 1]}`, "not 0", domain.Unsupported},
		{"preprocessor_config.json", `{"size": 8, "do_normalize": true, "image_mean": [null, 0, 0], "image_std": [1, 1, 1]}`, "three numbers each", domain.Unsupported},
		{"preprocessor_config.json", `{"size": 8, "rescale_factor": 0}`, "rescale_factor is 0", domain.Unsupported},
		{"preprocessor_config.json", `{"size": {"height": 8, "width": 16}, "do_center_crop": true, "crop_size": {"shortest_edge": 4}}`, "crop_size is", domain.Unsupported},
		{"preprocessor_config.json", `{"size": {"shortest_edge": 8}, "do_center_crop": true, "crop_size": 9}`, "nothing is added around", domain.Unsupported},
		{"preprocessor_config.json", `{"size": {"height": 9, "width": 8}, "do_center_crop": true, "crop_size": 9}`, "nothing is added around", domain.Unsupported},
		{"preprocessor_config.json", `{"size": 8, "default_to_square": false}`, "every picture comes out at", domain.Unsupported},
		{"preprocessor_config.json", `{"size": 8, "crop_size": 8}`, "do_center_crop is nothing", domain.Unsupported},
		{"preprocessor_config.json", `{"size": 8, "image_mean": [0, 0, 0]}`, "do_normalize is nothing", domain.Unsupported},
		{"preprocessor_config.json", `{"size": 8, "do_normalize": false, "image_processor_type": "CLIPImageProcessor"}`, "resample is nothing", domain.Unsupported},
		{"preprocessor_config.json", `{"size": 8, "resample": 2, "image_processor_type": "CLIPImageProcessor"}`, "do_normalize is nothing", domain.Unsupported},
		{"test_data_set_0/input_0.pb", "", "test_data_set_0/input_0.pb: is missing", domain.Invalid},
		{"test_data_set_0/output_0.pb", "", "test_data_set_0/output_0.pb: is missing", domain.Invalid},
		{"test_data_set_0/output_0.pb", "no tensor", "test_data_set_0/output_0.pb: is not a tensor", domain.Invalid},
		{"test_data_set_0/input_2.pb", "x", "input_1.pb: is missing", domain.Invalid},
	} {
		t.Run(fmt.Sprintf("%s %.40s", test.file, test.content), func(t *testing.T) {
			var data []byte
			if test.content != "" {
				data = []byte(test.content)
			}
			_, err := model.Open(folderWith(t, test.file, data), "name", "here")
			if err == nil {
				t.Fatal("accepted")
			}
			if domain.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v: %v; expected %v: ... %s", domain.KindOf(err), err, test.kind, test.want)
			}
		})
	}
}

func TestPreprocessors(t *testing.T) {
	for _, test := range []struct {
		name, content string
		want          vision.Preprocessor
	}{
		{"ViT", `{"image_processor_type": "ViTImageProcessor", "do_resize": true, "size": {"height": 8, "width": 6}, "resample": 3, "do_normalize": true, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.25, 1]}`,
			vision.Preprocessor{Resize: vision.Exactly(6, 8), Resample: vision.Bicubic, Rescale: 1.0 / 255, Mean: [3]float32{0.5, 0.5, 0.5}, Std: [3]float32{0.5, 0.25, 1}}},
		{"CLIP", `{"size": {"shortest_edge": 8}, "do_center_crop": true, "crop_size": {"height": 6, "width": 6}, "do_convert_rgb": true, "do_rescale": false}`,
			vision.Preprocessor{Resize: vision.Shortest(8), Crop: vision.Exactly(6, 6), Resample: vision.Bilinear}},
		{"ConvNeXt", `{"size": {"shortest_edge": 224}, "crop_pct": 0.875, "resample": 3, "rescale_factor": 0.5}`,
			vision.Preprocessor{Resize: vision.Shortest(256), Crop: vision.Exactly(224, 224), Resample: vision.Bicubic, Rescale: 0.5}},
		{"ResNet", `{"crop_pct": 0.875, "do_normalize": true, "do_resize": true, "feature_extractor_type": "ConvNextFeatureExtractor", "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "resample": 3, "size": 224}`,
			vision.Preprocessor{Resize: vision.Shortest(256), Crop: vision.Exactly(224, 224), Resample: vision.Bicubic, Rescale: 1.0 / 255, Mean: [3]float32{0.485, 0.456, 0.406}, Std: [3]float32{0.229, 0.224, 0.225}}},
		{"a number that is an edge", `{"size": 8, "default_to_square": false, "do_center_crop": true, "crop_size": 6}`,
			vision.Preprocessor{Resize: vision.Shortest(8), Crop: vision.Exactly(6, 6), Resample: vision.Bilinear, Rescale: 1.0 / 255}},
		{"written by a fast processor", `{"crop_size": null, "data_format": "channels_first", "default_to_square": true, "device": null, "disable_grouping": null, "do_center_crop": null, "do_convert_rgb": null, "do_normalize": false, "do_pad": null, "do_rescale": true, "do_resize": true, "image_mean": [0.5, 0.5, 0.5], "image_processor_type": "ViTImageProcessorFast", "image_seq_length": null, "image_std": [0.5, 0.5, 0.5], "input_data_format": null, "pad_size": null, "resample": 2, "rescale_factor": 0.5, "return_tensors": null, "size": {"height": 8, "width": 8}}`,
			vision.Preprocessor{Resize: vision.Exactly(8, 8), Resample: vision.Bilinear, Rescale: 0.5}},
		{"channels last", `{"size": 8, "data_format": "channels_last"}`, vision.Preprocessor{Resize: vision.Exactly(8, 8), Resample: vision.Bilinear, Rescale: 1.0 / 255, ChannelsLast: true}},
		{"square", `{"size": 8, "resample": 1}`, vision.Preprocessor{Resize: vision.Exactly(8, 8), Resample: vision.Lanczos, Rescale: 1.0 / 255}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := model.Open(folderWith(t, "preprocessor_config.json", []byte(test.content)), "name", "here")
			if err != nil {
				t.Fatal(err)
			}
			if *f.Card.Preprocessor != test.want {
				t.Errorf("%+v, expected %+v", *f.Card.Preprocessor, test.want)
			}
		})
	}
}

func TestNameOfTheModel(t *testing.T) {
	for written, want := range map[string]string{
		"cifar10": "cifar10", "microsoft/resnet-50": "resnet-50", "out/checkpoint-9/": "checkpoint-9", "": "folder", "./": "folder", ".": "folder", "..": "folder", "/": "folder",
	} {
		f, err := model.Open(folderWith(t, "config.json", fmt.Appendf(nil, `{"_name_or_path": %q}`, written)), "folder", "here")
		if err != nil {
			t.Fatal(err)
		}
		if f.Card.Name != want {
			t.Errorf("%q: the model is called %q, expected %q", written, f.Card.Name, want)
		}
	}
}

func TestNetworkInOptimumsFolder(t *testing.T) {
	fsys := folderWith(t, "", nil)
	fsys["onnx/model.onnx"] = fsys["model.onnx"]
	fsys["onnx/weights.bin"] = &fstest.MapFile{Data: []byte("w")}
	delete(fsys, "model.onnx")
	f, err := model.Open(fsys, "name", "here")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.FS.Open("weights.bin"); err != nil {
		t.Errorf("files beside the network are not found: %v", err)
	}
}

func TestNetworkOfAnotherName(t *testing.T) {
	fsys := folderWith(t, "", nil)
	fsys["resnet-v2.onnx"] = fsys["model.onnx"]
	if f, err := model.Open(fsys, "name", "here"); err != nil || len(f.Vectors) == 0 {
		t.Errorf("beside model.onnx: %v", err)
	}
	delete(fsys, "model.onnx")
	if f, err := model.Open(fsys, "name", "here"); err != nil || f.Card.Name != "cifar10-resnet20" {
		t.Errorf("alone: %v", err)
	}
	fsys["vgg.onnx"] = fsys["resnet-v2.onnx"]
	if _, err := model.Open(fsys, "name", "here"); domain.KindOf(err) != domain.NotFound || !strings.Contains(err.Error(), "resnet-v2.onnx, vgg.onnx") {
		t.Errorf("one of two: %v", err)
	}
}

func FuzzConfigs(f *testing.F) {
	for _, name := range []string{"config.json", "preprocessor_config.json"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"config.json", "preprocessor_config.json"} {
			fsys := fstest.MapFS{"model.onnx": {Data: []byte("x")}, name: {Data: data}}
			if _, err := model.Open(fsys, "name", "here"); domain.KindOf(err) == domain.Internal && err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestModelsThatMayBeMeantAreNamed names folders that hold no model.
func TestModelsThatMayBeMeantAreNamed(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"cat/model.onnx", "dog/onnx/model.onnx", "bare.onnx", "empty/readme.txt", "notes.txt"} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list := "models found here: " + strings.Join([]string{filepath.Join(folder, "bare.onnx"), filepath.Join(folder, "cat"), filepath.Join(folder, "dog")}, ", ")
	for name, want := range map[string]string{"cta": list, "far/away": list, "empty": "torch.onnx.export"} {
		_, err := model.OpenPath(filepath.Join(folder, name))
		var e *domain.Error
		if !errors.As(err, &e) || e.Kind != domain.NotFound || !strings.Contains(e.Hint, want) {
			t.Errorf("%s: %v, hint %q", name, err, e.Hint)
		}
	}
	if err := os.Remove(filepath.Join(folder, "bare.onnx")); err != nil {
		t.Fatal(err)
	}
	_, err := model.OpenPath(folder)
	var e *domain.Error
	if !errors.As(err, &e) || !strings.Contains(e.Hint, filepath.Join(folder, "cat")) {
		t.Errorf("%v, %+v", err, e)
	}
}
