package onnxfile

import (
	"io/fs"
	"math"
	"strings"

	"github.com/portent-go/portent/domain"
)

// Model is an ONNX model as its file has it.
type Model struct {
	IRVersion  int64  // of the format
	Producer   string // name and version of the program that wrote it
	Domain     string // a name space such as "org.example"
	Version    int64  // of the model, as its author counts
	Doc        string
	Opsets     []domain.Opset
	Properties map[string]string // metadata_props
	Functions  []string          // names of the model's own functions, whose bodies are not read
	Graph      *Graph
}

// Options say how to read a model.
type Options struct {
	// External is the folder of the model file. Without it a model that keeps
	// tensors in other files is refused. A name that leaves the folder is
	// refused; whether a link in the folder may lead out of it is for the FS to
	// say: os.DirFS follows such links, the FS of an os.Root does not.
	External fs.FS
}

// reader carries what the parts of a model need to be read.
type reader struct {
	external *externalFiles
}

// ReadModel reads a model. A file that is not ONNX, or is truncated or damaged,
// is an error of kind Invalid; one that holds what cannot be held, such as
// float8 tensors, one of kind Unsupported. Both name the place. The bytes are
// not kept.
//
// Not read is what has no bearing on the results: training_info, doc strings of
// the parts, and the checksums of external data. The model's own functions are
// listed for the engine to refuse. An engine also has to see that the nodes fit
// together: that there are any, that each value is made once and before it is
// used, and that each node's operator set is imported.
func ReadModel(data []byte, options Options) (*Model, error) {
	r := &reader{external: &externalFiles{folder: options.External, taken: map[string]int64{}}}
	m := &Model{Properties: map[string]string{}}
	var producer, version string
	err := fields(data, "model", func(f field) error {
		switch f.number {
		case 2:
			return f.text(&producer)
		case 3:
			return f.text(&version)
		}
		return r.modelField(m, f)
	})
	if err == nil {
		err = m.check(data)
	}
	if err != nil {
		return nil, notONNX(data, "model", err)
	}
	m.Producer = strings.TrimSpace(producer + " " + version)
	return m, nil
}

func (r *reader) modelField(m *Model, f field) (err error) {
	switch f.number {
	case 1:
		return f.integer(&m.IRVersion)
	case 4:
		return f.text(&m.Domain)
	case 5:
		return f.integer(&m.Version)
	case 6:
		return f.text(&m.Doc)
	case 7:
		return f.once(m.Graph != nil, func(data []byte) error {
			m.Graph, err = r.graph(data, "graph", 0)
			return err
		})
	case 8:
		return f.message(func(data []byte) error { return m.readOpset(data) })
	case 14:
		return f.message(func(data []byte) error { return readEntry(data, "metadata_props", m.Properties) })
	case 25:
		return f.message(func(data []byte) error { return m.readFunction(data) })
	}
	return nil
}

func (m *Model) check(data []byte) error {
	if m.Graph == nil {
		return &domain.Error{
			Kind: domain.Invalid, Field: "model", Msg: "is not an ONNX model: there is no graph",
			Expected: "an ONNX model", Got: firstBytes(data), Hint: otherHint,
		}
	}
	if len(m.Opsets) == 0 {
		return invalid("opset_import", "the model imports no operator set, so what its operators mean is unknown")
	}
	seen := map[string]bool{}
	for _, opset := range m.Opsets {
		if seen[opset.Domain] {
			return invalid("opset_import", "the operator set %q is imported twice", opset.Domain)
		}
		seen[opset.Domain] = true
	}
	return nil
}

func (m *Model) readOpset(data []byte) error {
	where := place("model", "opset_import", len(m.Opsets))
	var name string
	var version int64
	err := fields(data, where, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&name)
		case 2:
			return f.integer(&version)
		}
		return nil
	})
	if err == nil && (version < 1 || version > math.MaxInt32) {
		err = invalid(where, "the operator set %q has version %d", name, version)
	}
	m.Opsets = append(m.Opsets, domain.Opset{Domain: canonical(name), Version: int(version)})
	return err
}

func (m *Model) readFunction(data []byte) error {
	var name string
	err := fields(data, place("model", "functions", len(m.Functions)), func(f field) error {
		if f.number == 1 {
			return f.text(&name)
		}
		return nil
	})
	m.Functions = append(m.Functions, name)
	return err
}
