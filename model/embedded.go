package model

import "embed"

// files is the model that ships inside the binary.
//
//go:embed model.onnx config.json preprocessor_config.json test_data_set_* samples/*.png
var files embed.FS

// Embedded returns the model inside the binary.
func Embedded() (*Folder, error) {
	f, err := Open(files, "embedded", "inside the binary")
	if err == nil {
		f.Directory = "model"
	}
	return f, err
}
