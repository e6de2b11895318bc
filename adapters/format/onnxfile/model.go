package onnxfile

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/portent-go/portent/domain"
)

// Model is an ONNX model as its file has it.
type Model struct {
	IRVersion  int64
	Producer   string // name and version of the program that wrote it
	Domain     string
	Version    int64
	Doc        string
	Opsets     []domain.Opset
	Properties map[string]string // metadata_props
	Functions  []string          // names of the model's own functions, whose bodies are not read
	Graph      *Graph
}

// Graph is a graph of operators.
type Graph struct {
	Name         string
	Nodes        []Node
	Inputs       []domain.TensorSpec // without those that an initializer gives
	Outputs      []domain.TensorSpec // a nil Shape where the file says none
	Initializers map[string]domain.Tensor
}

// Node is one operator of a graph.
type Node struct {
	Name       string
	OpType     string
	Domain     string
	Inputs     []string // "" is an optional input that was left out
	Outputs    []string
	Attributes []Attribute
}

// Options say how to read a model.
type Options struct {
	// External is the folder of the model file. Without it a model that keeps
	// tensors in other files is refused.
	External fs.FS
}

// reader carries what the parts of a model need to be read.
type reader struct {
	external fs.FS
}

// ReadModel reads a model. A file that is not ONNX, truncated or damaged is an
// error of kind Invalid, one with types that cannot be held one of kind
// Unsupported. The bytes are not kept.
func ReadModel(data []byte, options Options) (*Model, error) {
	r := &reader{external: options.External}
	m := &Model{Properties: map[string]string{}}
	err := fields(data, "model", func(f field) error { return r.modelField(m, f) })
	if err == nil && (m.Graph == nil || len(m.Opsets) == 0) {
		err = &domain.Error{Kind: domain.Invalid, Field: "model", Msg: "there is no graph, or no operator set"}
	}
	if err != nil {
		if hint := otherFormat(data); hint != "" {
			return nil, &domain.Error{Kind: domain.Invalid, Field: "model", Msg: "is not an ONNX file", Got: hint, Hint: hint + "; export the model with torch.onnx.export"}
		}
		return nil, err
	}
	return m, nil
}

func (r *reader) modelField(m *Model, f field) (err error) {
	switch f.number {
	case 1:
		return f.integer(&m.IRVersion)
	case 2, 3:
		var text string
		err = f.text(&text)
		m.Producer = strings.TrimSpace(m.Producer + " " + text)
	case 4:
		return f.text(&m.Domain)
	case 5:
		return f.integer(&m.Version)
	case 6:
		return f.text(&m.Doc)
	case 7:
		return f.message(func(data []byte) error {
			m.Graph, err = r.graph(data, "graph", 0)
			return err
		})
	case 8:
		return f.message(func(data []byte) error { return readOpset(data, m) })
	case 14:
		return f.message(func(data []byte) error { return readEntry(data, "metadata", m.Properties) })
	case 25:
		return f.message(func(data []byte) error { return readFunction(data, m) })
	}
	return err
}

func readOpset(data []byte, m *Model) error {
	var name string
	var version int64
	err := fields(data, "opset_import", func(f field) error {
		switch f.number {
		case 1:
			return f.text(&name)
		case 2:
			return f.integer(&version)
		}
		return nil
	})
	m.Opsets = append(m.Opsets, domain.Opset{Domain: name, Version: int(version)})
	return err
}

func readFunction(data []byte, m *Model) error {
	var name string
	err := fields(data, "function", func(f field) error {
		if f.number == 1 {
			return f.text(&name)
		}
		return nil
	})
	m.Functions = append(m.Functions, name)
	return err
}

// otherFormat says what a file is that is not ONNX, where its beginning tells.
func otherFormat(data []byte) string {
	for _, known := range []struct{ prefix, name string }{
		{"PK\x03\x04", "it looks like a TorchScript or other zip archive"},
		{"\x80\x02", "it looks like a Python pickle"},
		{"\x89PNG", "it looks like a PNG picture"},
		{"\x89HDF", "it looks like a Keras HDF5 file"},
		{"\xff\xd8\xff", "it looks like a JPEG picture"},
		{"version https://git-lfs", "it is a Git LFS pointer, not the file itself"},
		{"{", "it looks like JSON"},
		{"<", "it looks like HTML or XML"},
	} {
		if strings.HasPrefix(string(data[:min(len(data), 32)]), known.prefix) {
			return known.name
		}
	}
	if len(data) == 0 {
		return "it is empty"
	}
	return ""
}

func place(where string, list string, i int) string { return fmt.Sprintf("%s.%s[%d]", where, list, i) }
