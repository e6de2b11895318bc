package httpapi

import (
	"fmt"
	"strings"
)

// addDoors adds to the OpenAPI document what Swagger 2.0 cannot say: that an
// input may come in several content types, each with a body of its own.
func (a *aboutModel) addDoors(doc object) {
	addGeneralDoors(doc)
	sayWhatAnswersAre(doc)
	if a == nil {
		return
	}
	a.anyNesting(at(doc, "components", "schemas", "PredictRequest", "properties"))
	for path, q := range map[string]quantity{"/predict": oneInput, "/predict/batch": manyInputs, "/preprocess": oneInput} {
		content := at(doc, "paths", path, "post", "requestBody", "content")
		named := at(doc, "paths", modelPath+path, "post", "requestBody", "content")
		at(content, typeJSON)["example"], at(named, typeJSON)["example"] = a.example(q), a.example(q)
		for _, contentType := range a.contentTypes(q) {
			switch {
			case contentType == typeForm:
				content[contentType] = mediaType(formSchema(q))
			case contentType == typeBinary:
				content[contentType] = mediaType(a.binarySchema(q))
			case strings.HasPrefix(contentType, imageRange):
				content[contentType] = mediaType(fileSchema())
			}
		}
	}
}

func (a *aboutModel) contentTypes(q quantity) []string {
	if q == manyInputs {
		return a.manyTypes
	}
	return a.oneTypes
}

// sayWhatAnswersAre gives each answer of an operation that makes pictures its own
// content type: Swagger 2.0 has one list for all of them.
func sayWhatAnswersAre(doc object) {
	const asPNG = imageRange + "png"
	for _, operation := range []struct{ path, method, gives string }{
		{"/preprocess", "post", asPNG}, {modelPath + "/preprocess", "post", asPNG}, {modelPath + "/samples/{file}", "get", imageRange + "*"},
	} {
		for status, response := range at(doc, "paths", operation.path, operation.method, "responses") {
			content, ok := response.(object)["content"].(object)
			if !ok { // an answer without a body
				continue
			}
			delete(content, asPNG)
			if status == "200" {
				delete(content, typeJSON)
				content[operation.gives] = mediaType(fileSchema())
			}
		}
	}
}

// mediaType describes what comes under a content type.
func mediaType(schema object) object { return object{"schema": schema} }

func (a *aboutModel) example(q quantity) object {
	if q == manyInputs {
		return a.exampleMany()
	}
	return a.exampleOne()
}

// anyNesting allows an input in each of its forms.
func (a *aboutModel) anyNesting(properties object) {
	input := at(properties, "input")
	rows := at(input, "items")
	forms := []any{a.exactly(rows), a.batched(rows)}
	if len(a.input.Shape) > 1 {
		forms = append(forms, a.flat())
	}
	properties["input"] = object{"description": input["description"], "anyOf": forms}
}

// exactly bounds the outermost axis.
func (a *aboutModel) exactly(rows object) object {
	schema := arrayOf(rows)
	schema["title"] = fmt.Sprintf("nested as %v", a.input.Shape)
	if n := a.input.Shape[0]; n >= 0 {
		bound(schema, n)
	}
	return schema
}

func (a *aboutModel) batched(rows object) object {
	schema := bound(arrayOf(a.exactly(rows)), 1)
	schema["title"] = "with a batch axis of 1"
	return schema
}

func (a *aboutModel) flat() object {
	schema := arrayOf(a.element())
	schema["title"] = "flat"
	if n, err := a.input.Shape.Elements(); err == nil {
		bound(schema, n)
	}
	return schema
}

// formSchema describes multipart/form-data.
func formSchema(q quantity) object {
	picture := fileSchema()
	if q == manyInputs {
		picture = arrayOf(picture)
		picture["minItems"] = 1
	}
	picture["description"] = "the picture's file"
	return object{
		"type": "object",
		"properties": object{
			pictureField: picture,
			"top_k":      object{"type": "integer", "minimum": 1},
			"id":         object{"type": "string", "maxLength": longestID},
		},
		"required": []string{pictureField},
	}
}

// binarySchema describes application/octet-stream.
func (a *aboutModel) binarySchema(q quantity) object {
	schema := fileSchema()
	description := fmt.Sprintf("the elements, %v %v, little-endian, row by row", a.input.Datatype, a.input.Shape)
	if q == manyInputs {
		description += ", one input after the other"
	}
	schema["description"] = description
	return schema
}
