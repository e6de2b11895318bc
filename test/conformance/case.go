package conformance

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

// testCase is a model with inputs and the outputs that it must give for them.
type testCase struct {
	name  string
	model []byte
	sets  []dataSet
	about description
}

// description is what cases.py says about a case.
type description struct {
	Operators  []string       // with their domain, unless it is ONNX's own
	Nodes      int            // in the graph
	Opsets     map[string]int // by domain
	Types      []string       // of inputs and outputs: float, int64, sequence(float) ...
	Attributes []string       // of all nodes
}

// dataSet is what a model takes and gives.
type dataSet struct{ inputs, outputs []domain.Tensor }

// readFolder returns the cases in the folders of a folder, in ONNX's layout:
// model.onnx, and test_data_set_0, 1 ... with input_0.pb ... and output_0.pb ...
func readFolder(folder string) ([]testCase, error) {
	models, err := filepath.Glob(filepath.Join(folder, "*", "model.onnx"))
	if err != nil {
		return nil, err
	}
	if len(models) == 0 {
		return nil, fmt.Errorf("no case in %s: expected folders with a model.onnx", folder)
	}
	cases := make([]testCase, 0, len(models))
	for _, file := range models {
		c, err := readCase(filepath.Dir(file))
		if err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	return cases, nil
}

func readCase(folder string) (testCase, error) {
	c := testCase{name: strings.TrimPrefix(filepath.Base(folder), "test_")}
	var err error
	if c.model, err = os.ReadFile(filepath.Join(folder, "model.onnx")); err != nil {
		return c, err
	}
	about, err := os.ReadFile(filepath.Join(folder, "case.json"))
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(about, &c.about); err != nil {
		return c, fmt.Errorf("%s: %w", folder, err)
	}
	c.sets, err = readSets(folder)
	return c, err
}

// readSets reads the data sets of a folder.
func readSets(folder string) (sets []dataSet, err error) {
	names, err := filepath.Glob(filepath.Join(folder, "test_data_set_*"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		sets = append(sets, dataSet{inputs: readTensors(name, "input"), outputs: readTensors(name, "output")})
	}
	return sets, nil
}

// readTensors returns the tensors of input_0.pb, input_1.pb ... A file that
// holds no tensor, but a sequence or nothing, comes out as the zero Tensor: the
// model that takes it is refused before anybody looks.
func readTensors(folder, prefix string) []domain.Tensor {
	files, _ := filepath.Glob(filepath.Join(folder, prefix+"_*.pb"))
	number := func(name string) (n int) {
		_, _ = fmt.Sscanf(filepath.Base(name), prefix+"_%d.pb", &n)
		return n
	}
	sort.Slice(files, func(i, j int) bool { return number(files[i]) < number(files[j]) })
	tensors := make([]domain.Tensor, len(files))
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if _, tensor, err := onnxfile.ReadTensor(data); err == nil {
			tensors[i] = tensor
		}
	}
	return tensors
}
