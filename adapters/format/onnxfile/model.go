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
	Functions  []Function
	// Unsupported is what could not be read, if the Options are Lenient.
	Unsupported []error
	Graph       *Graph
}

// Options say how to read a model.
type Options struct {
	// External is the folder of the model file. Without it a model that keeps
	// tensors in other files is refused. A name that leaves the folder is
	// refused; whether a link in the folder may lead out of it is for the FS to
	// say: os.DirFS follows such links, the FS of an os.Root does not.
	External fs.FS
	// Lenient reads on where something cannot be held, such as a float8 tensor: its
	// place stays empty, and Model.Unsupported tells of it.
	Lenient bool
}

// reader carries what the parts of a model need to be read.
type reader struct {
	external    *externalFiles
	lenient     bool
	unsupported []error
}

// tolerate returns an error, or keeps it and returns nil if it is one that a
// lenient reader passes over.
func (r *reader) tolerate(err error) error {
	if !r.lenient || err == nil || domain.KindOf(err) != domain.Unsupported {
		return err
	}
	r.unsupported = append(r.unsupported, err)
	return nil
}

// ReadModel reads a model. A file that is not ONNX, or is truncated or damaged,
// is an error of kind Invalid; one that holds what cannot be held, such as
// float8 tensors, one of kind Unsupported. Both name the place. The bytes are
// not kept.
//
// Not read is what has no bearing on the results: training_info, doc strings of
// the parts, and the checksums of external data. An engine also has to see that the nodes fit
// together: that there are any, that each value is made once and before it is
// used, and that each node's operator set is imported.
func ReadModel(data []byte, options Options) (*Model, error) {
	r := &reader{external: &externalFiles{folder: options.External, taken: map[string]int64{}}, lenient: options.Lenient}
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
	m.Unsupported = r.unsupported
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
		return f.message(func(data []byte) (err error) {
			m.Opsets, err = appendOpset(m.Opsets, data, place("model", "opset_import", len(m.Opsets)))
			return err
		})
	case 14:
		return f.message(func(data []byte) error { return readEntry(data, "metadata_props", m.Properties) })
	case 25:
		return f.message(func(data []byte) error {
			function, err := r.function(data, place("model", "functions", len(m.Functions)))
			m.Functions = append(m.Functions, function)
			return err
		})
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
	return m.uniteOpsets()
}

// uniteOpsets leaves out operator sets that are imported again, as skl2onnx writes
// them. Of two versions it cannot be known which is meant.
func (m *Model) uniteOpsets() error {
	versions := map[string]int{}
	united := m.Opsets[:0]
	for _, opset := range m.Opsets {
		version, again := versions[opset.Domain]
		if again && version != opset.Version {
			return invalid("opset_import", "the operator set %q is imported twice, in versions %d and %d", opset.Domain, version, opset.Version)
		}
		if !again {
			united = append(united, opset)
		}
		versions[opset.Domain] = opset.Version
	}
	m.Opsets = united
	return nil
}

func appendOpset(opsets []domain.Opset, data []byte, where string) ([]domain.Opset, error) {
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
	return append(opsets, domain.Opset{Domain: canonical(name), Version: int(version)}), err
}
