package openinference

import (
	"maps"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi3"

	"github.com/portent-go/portent/domain"
)

// Describe completes the document that swag generates: with the paths that name a
// version, and with the default model's name and an example that it takes.
func (h *Handler) Describe(doc *openapi2.T) {
	name := h.repository.Default()
	for path, item := range maps.Clone(doc.Paths) {
		for _, operation := range item.Operations() {
			presetModel(operation, name)
		}
		if rest, ok := strings.CutPrefix(path, modelPath); ok {
			doc.Paths[versionPath+rest] = versioned(item)
		}
	}
	if request := doc.Definitions["InferenceRequest"]; request != nil {
		if example := h.example(); example != nil {
			request.Value.Example = example
		}
	}
}

// presetModel writes the default model's name where an operation asks for one.
func presetModel(operation *openapi2.Operation, name string) {
	for _, parameter := range operation.Parameters {
		if parameter.In == "path" && parameter.Name == "model" && name != "" {
			parameter.Default = name
		}
	}
}

// versioned returns the operations of a path for a version of the model.
func versioned(item *openapi2.PathItem) *openapi2.PathItem {
	versions := new(openapi2.PathItem)
	for method, operation := range item.Operations() {
		of := *operation
		of.OperationID += "Version"
		of.Summary += " (a version of it)"
		of.Parameters = append(openapi2.Parameters{{
			In: "path", Name: "version", Description: "the model's version", Required: true, Type: &openapi3.Types{"string"},
		}}, operation.Parameters...)
		versions.SetOperation(method, &of)
	}
	return versions
}

// readableExample is how many numbers an example may have: more would fill the
// page.
const readableExample = 8 << 10

// example returns a request that the default model takes, nil if there is none
// that can be shown.
func (h *Handler) example() map[string]any {
	served, release, err := h.repository.Acquire("", "")
	if err != nil {
		return nil
	}
	defer release()
	var inputs []any
	for _, spec := range served.Model.Signature().Inputs {
		shape := spec.Shape.Clone()
		for axis, n := range shape {
			if n == domain.Dynamic {
				shape[axis] = 1
			}
		}
		n, err := shape.Elements()
		element := exampleElement(spec.Datatype)
		if err != nil || n > readableExample || element == nil {
			return nil
		}
		data := make([]any, n)
		for i := range data {
			data[i] = element
		}
		inputs = append(inputs, map[string]any{"name": spec.Name, "shape": []int(shape), "datatype": spec.Datatype.String(), "data": data})
	}
	return map[string]any{"inputs": inputs}
}

// exampleElement returns an element of a datatype, nil if JSON cannot hold one.
func exampleElement(datatype domain.Datatype) any {
	switch datatype {
	case domain.FP16, domain.BF16:
		return nil
	case domain.BOOL:
		return false
	case domain.BYTES:
		return ""
	default:
		return 0
	}
}
