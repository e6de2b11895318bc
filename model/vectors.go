package model

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

const vectorPrefix = "test_data_set_"

// readVectors reads every test_data_set_N, in the order of their numbers.
func (f *Folder) readVectors(fsys fs.FS) error {
	names, err := fs.Glob(fsys, vectorPrefix+"*")
	if err != nil {
		return domain.Errorf(domain.Internal, "test vectors: %w", err)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(numberOf(a), numberOf(b)), cmp.Compare(a, b))
	})
	for _, name := range names {
		vector, err := readVector(fsys, name)
		if err != nil {
			return err
		}
		f.Vectors = append(f.Vectors, vector)
	}
	return nil
}

func numberOf(name string) int {
	number, err := strconv.Atoi(strings.TrimPrefix(name, vectorPrefix))
	if err != nil {
		return -1
	}
	return number
}

func readVector(fsys fs.FS, folder string) (vector serving.Vector, err error) {
	vector.Name = folder
	if vector.Inputs, err = readTensors(fsys, folder, "input"); err != nil {
		return vector, err
	}
	vector.Outputs, err = readTensors(fsys, folder, "output")
	return vector, err
}

// readTensors reads input_0.pb, input_1.pb and so on. There must be one, and no
// file beyond a gap.
func readTensors(fsys fs.FS, folder, kind string) ([]domain.Tensor, error) {
	files, err := fs.Glob(fsys, folder+"/"+kind+"_*.pb")
	if err != nil {
		return nil, domain.Errorf(domain.Internal, "%s: %w", folder, err)
	}
	tensors := make([]domain.Tensor, 0, len(files))
	for i := range max(len(files), 1) {
		name := fmt.Sprintf("%s/%s_%d.pb", folder, kind, i)
		if !slices.Contains(files, name) {
			return nil, &domain.Error{Kind: domain.Invalid, Field: name, Msg: "is missing", Expected: "a file for every " + kind + ", numbered from 0"}
		}
		data, err := readFile(fsys, name, maxVector)
		if err != nil {
			return nil, err
		}
		_, tensor, err := onnxfile.ReadTensor(data)
		if err != nil {
			return nil, placed(name, err)
		}
		tensors = append(tensors, tensor)
	}
	return tensors, nil
}

// placed says which file an error is about.
func placed(name string, err error) error {
	var e *domain.Error
	if !errors.As(err, &e) {
		return domain.Errorf(domain.Invalid, "%s: %w", name, err)
	}
	return &domain.Error{Kind: e.Kind, Field: name, Msg: "is not a tensor in ONNX's format", Err: err}
}
