package openinference

import (
	"fmt"
	"maps"
	"strings"

	"github.com/portent-go/portent/domain"
)

// object is a JSON object of a document.
type object = map[string]any

// requestSchemas are those of requests, where a field that is not known is refused.
// The comments have no words for that.
var requestSchemas = []string{"InferenceRequest", "InferenceTensor", "RequestedOutput", "RepositoryRequest", "RepositoryIndexRequest"}

// Describe completes a document that was generated from the comments on the
// handlers: with the paths that name a version, and with the default model's name
// and an example that it takes. Paths and schemas are those of a document of
// Swagger 2 or of OpenAPI 3.
func (h *Handler) Describe(paths, schemas map[string]any) {
	name, version := h.defaults()
	for path, item := range maps.Clone(paths) {
		operations, ok := item.(object)
		if !ok {
			continue
		}
		if rest, ofModel := strings.CutPrefix(path, modelPath); ofModel {
			versions := versioned(operations)
			preset(versions, "model", name)
			preset(versions, "version", version)
			paths[versionPath+rest] = versions
		}
		preset(operations, "model", name)
	}
	for _, name := range requestSchemas {
		if schema, ok := schemas[name].(object); ok {
			schema["additionalProperties"] = false
		}
	}
	if request, ok := schemas["RepositoryRequest"].(object); ok {
		request["example"] = object{} // parameters are not needed
	}
	if request, ok := schemas["InferenceRequest"].(object); ok {
		if example := h.example(); example != nil {
			request["example"] = example
		}
	}
}

// defaults returns the name and the version of the model that is asked where a
// request names none; the version is empty while it is not loaded.
func (h *Handler) defaults() (name, version string) {
	served, release, err := h.repository.Acquire("", "")
	if err != nil {
		return h.repository.Default(), ""
	}
	defer release()
	return served.Name, served.Version
}

// preset writes what operations take where their path has a parameter of a name.
func preset(operations object, name, value string) {
	for _, operation := range operations {
		for _, parameter := range parametersOf(operation) {
			if p, ok := parameter.(object); ok && p["in"] == "path" && p["name"] == name && value != "" {
				typeOf(p)["default"] = value
			}
		}
	}
}

func parametersOf(operation any) []any {
	o, _ := operation.(object)
	parameters, _ := o["parameters"].([]any)
	return parameters
}

// typeOf returns where a parameter says of what type it is: in OpenAPI 3 that has
// a place of its own.
func typeOf(parameter object) object {
	if schema, ok := parameter["schema"].(object); ok {
		return schema
	}
	return parameter
}

// versioned returns the operations of a path for a version of the model.
func versioned(operations object) object {
	versions := object{}
	for method, operation := range operations {
		of := maps.Clone(operation.(object))
		of["operationId"] = fmt.Sprint(of["operationId"], "Version")
		of["summary"] = fmt.Sprint(of["summary"], " (a version of it)")
		parameters := parametersOf(of)
		version := object{"in": "path", "name": "version", "description": "the model's version", "required": true}
		if first, ok := parameters[0].(object); ok && first["schema"] != nil {
			version["schema"] = object{"type": "string"}
		} else {
			version["type"] = "string"
		}
		of["parameters"] = append([]any{version}, parameters...)
		versions[method] = of
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
