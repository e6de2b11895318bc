package httpapi

import (
	"slices"
	"strings"
)

// modelPath is where the paths of models begin that a request names. What they
// take and give depends on the model, so the documents say it in general.
const modelPath = "/models/{name}"

// specific are the schemas into which the documents write the default model.
var specific = []string{"PredictRequest", "BatchRequest", "PredictAnswer", "BatchAnswer", "Prediction", "RankedClass", "Model"}

// splitGeneral gives the paths of named models schemas of their own, into which no
// model will be written.
func splitGeneral(paths, schemas map[string]any) {
	for path, item := range paths {
		if strings.HasPrefix(path, modelPath) {
			paths[path] = generalised(item, schemas)
		}
	}
}

// generalised copies a part of a document, with references to general schemas in
// place of specific ones. It adds them to the schemas.
func generalised(part any, schemas map[string]any) any {
	switch part := part.(type) {
	case map[string]any:
		copied := make(map[string]any, len(part))
		for key, value := range part {
			copied[key] = generalised(value, schemas)
		}
		if reference, ok := part["$ref"].(string); ok {
			copied["$ref"] = generalReference(reference, schemas)
		}
		return copied
	case []any:
		copied := make([]any, len(part))
		for i, value := range part {
			copied[i] = generalised(value, schemas)
		}
		return copied
	default:
		return part
	}
}

func generalReference(reference string, schemas map[string]any) string {
	at := strings.LastIndexByte(reference, '/') + 1
	name := reference[at:]
	if !slices.Contains(specific, name) {
		return reference
	}
	if schemas["Any"+name] == nil {
		schemas["Any"+name] = generalised(schemas[name], schemas)
	}
	return reference[:at] + "Any" + name
}

// addGeneralDoors adds the content types that models may take to the paths of
// named models.
func addGeneralDoors(doc object) {
	for path, q := range map[string]quantity{modelPath + "/predict": oneInput, modelPath + "/predict/batch": manyInputs, modelPath + "/preprocess": oneInput} {
		content := at(doc, "paths", path, "post", "requestBody", "content")
		content[typeForm] = mediaType(formSchema(q))
		bytes := fileSchema()
		bytes["description"] = "the elements, little-endian, row by row"
		content[typeBinary] = mediaType(bytes)
		if q == oneInput {
			for _, contentType := range pictureTypes() {
				content[contentType] = mediaType(fileSchema())
			}
		}
	}
}

// preset names the default model, and a sample of it, where a path asks for one, so
// that what is made of the documents can be sent as it is.
func preset(paths object, name, sample string) {
	values := map[any]string{"name": name, "file": sample}
	for path, item := range paths {
		if !strings.HasPrefix(path, modelPath) {
			continue
		}
		for _, operation := range item.(object) {
			parameters, _ := operation.(object)["parameters"].([]any)
			for _, parameter := range parameters {
				if p := parameter.(object); p["in"] == "path" && values[p["name"]] != "" {
					typeOf(p)["default"] = values[p["name"]]
				}
			}
		}
	}
}

// typeOf returns where a parameter says of what type it is: in OpenAPI 3 that has
// a place of its own.
func typeOf(parameter object) object {
	if schema, ok := parameter["schema"].(object); ok {
		return schema
	}
	return parameter
}
