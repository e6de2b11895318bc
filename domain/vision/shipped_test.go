package vision_test

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/vision"
)

const modelFolder = "../../model"

// TestSamplesAsPillowPreparedThem compares with a tensor that was made of the
// same ten pictures by Pillow, where the model was trained.
func TestSamplesAsPillowPreparedThem(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(modelFolder, "test_data_set_1", "input_0.pb"))
	if err != nil {
		t.Fatal(err)
	}
	_, want, err := onnxfile.ReadTensor(data)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(modelFolder, "samples", "*.png"))
	if err != nil || len(files) != want.Shape()[0] {
		t.Fatalf("%d samples for %v, %v", len(files), want.Shape(), err)
	}
	p := vision.Preprocessor{Resize: vision.Exactly(32, 32), Resample: vision.Bilinear, Rescale: 0.00392156862745098}
	expected, _ := domain.Data[float32](want)
	for i, path := range files {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		tensor, err := p.Tensor(picture)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := domain.Data[float32](tensor)
		for j, v := range got {
			if w := expected[i*len(got)+j]; v != w {
				t.Errorf("%s: value %d is %v, Pillow's %v", filepath.Base(path), j, v, w)
				break
			}
		}
	}
}
