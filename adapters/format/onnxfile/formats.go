package onnxfile

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/portent-go/portent/domain"
)

const (
	exportHint = "export the network with torch.onnx.export(model, example, \"model.onnx\")"
	otherHint  = "check which file was given"
)

// otherFormats are what people hand over instead of ONNX, by where and how the
// file begins.
var otherFormats = []struct {
	at         int
	magic      string
	name, hint string
}{
	{0, "PK\x03\x04", "a zip archive, as TorchScript and PyTorch checkpoints are", exportHint},
	{0, "\x80\x02", "a Python pickle, as old PyTorch checkpoints are", exportHint},
	{0, "\x89HDF", "a Keras HDF5 file", "convert the network with tf2onnx"},
	{4, "TFL3", "a TensorFlow Lite file", "convert the network with tf2onnx"},
	{4, "ORTM", "a file in ONNX Runtime's own format", "hand over the .onnx file that it was made from"},
	{0, "GGUF", "a GGUF file", exportHint},
	{0, "\x93NUMPY", "a NumPy array", otherHint},
	{0, "\x89PNG", "a PNG picture", otherHint},
	{0, "\xff\xd8\xff", "a JPEG picture", otherHint},
	{0, "GIF8", "a GIF picture", otherHint},
	{0, "\x1f\x8b", "a gzip archive", "unpack it first"},
	{0, "version https://git-lfs", "a Git LFS pointer, not the file itself", "run git lfs pull"},
	{0, "{", "JSON", otherHint},
	{0, "<", "HTML or XML", "if it was downloaded, see whether it is a page with an error"},
	{8, "{\"", "a safetensors file", exportHint},
}

// notONNX returns what to say of a file that could not be read: err, unless the
// file's first bytes tell that it is something else altogether. It is asked only
// after reading failed, so that no ONNX file can be taken for another format.
func notONNX(data []byte, what string, err error) error {
	if len(data) == 0 {
		return &domain.Error{Kind: domain.Invalid, Field: what, Msg: "the file is empty", Expected: "an ONNX file", Got: "0 bytes"}
	}
	for _, other := range otherFormats {
		if len(data) >= other.at && bytes.HasPrefix(data[other.at:], []byte(other.magic)) {
			return &domain.Error{
				Kind: domain.Invalid, Field: what, Msg: "is not an ONNX file but looks like " + other.name,
				Expected: "an ONNX file", Got: firstBytes(data), Hint: other.hint,
			}
		}
	}
	return err
}

// firstBytes shows how a file begins.
func firstBytes(data []byte) string {
	const shown = 16
	text := fmt.Sprintf("%q", data[:min(len(data), shown)])
	if len(data) > shown {
		text = strings.TrimSuffix(text, `"`) + `..."`
	}
	return text
}
