package httpapi

import (
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// addDoors adds to the OpenAPI document what Swagger 2.0 cannot say: that an
// input may come in several content types, each with a body of its own.
func (a *aboutModel) addDoors(doc *openapi3.T) {
	addGeneralDoors(doc)
	if a == nil {
		return
	}
	a.anyNesting(doc)
	for path, q := range map[string]quantity{"/predict": oneInput, "/predict/batch": manyInputs} {
		content := doc.Paths.Value(path).Post.RequestBody.Value.Content
		content[typeJSON].Example = a.example(q)
		for _, contentType := range a.contentTypes(q) {
			switch {
			case contentType == typeForm:
				content[contentType] = formBody(q)
			case contentType == typeBinary:
				content[contentType] = a.binaryBody(q)
			case strings.HasPrefix(contentType, imageRange):
				content[contentType] = openapi3.NewMediaType().WithSchema(fileSchema())
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

func (a *aboutModel) example(q quantity) map[string]any {
	if q == manyInputs {
		return a.exampleMany()
	}
	return a.exampleOne()
}

// anyNesting allows an input in each of its forms.
func (a *aboutModel) anyNesting(doc *openapi3.T) {
	nested := doc.Components.Schemas["PredictRequest"].Value.Properties["input"]
	forms := openapi3.SchemaRefs{a.exactly(nested.Value), a.batched(nested.Value)}
	if len(a.input.Shape) > 1 {
		forms = append(forms, a.flat(nested.Value))
	}
	input := openapi3.NewSchema()
	input.Description, input.AnyOf = nested.Value.Description, forms
	doc.Components.Schemas["PredictRequest"].Value.Properties["input"] = openapi3.NewSchemaRef("", input)
}

// exactly bounds the outermost axis, which the Swagger schema leaves open for
// the other forms.
func (a *aboutModel) exactly(nested *openapi3.Schema) *openapi3.SchemaRef {
	schema := openapi3.NewArraySchema()
	schema.Title, schema.Items = fmt.Sprintf("nested as %v", a.input.Shape), nested.Items
	if n := a.input.Shape[0]; n >= 0 {
		schema = schema.WithMinItems(int64(n)).WithMaxItems(int64(n))
	}
	return openapi3.NewSchemaRef("", schema)
}

func (a *aboutModel) batched(nested *openapi3.Schema) *openapi3.SchemaRef {
	schema := openapi3.NewArraySchema().WithMinItems(1).WithMaxItems(1)
	schema.Title, schema.Items = "with a batch axis of 1", a.exactly(nested)
	return openapi3.NewSchemaRef("", schema)
}

func (a *aboutModel) flat(nested *openapi3.Schema) *openapi3.SchemaRef {
	schema := openapi3.NewArraySchema()
	schema.Title, schema.Items = "flat", innermost(nested)
	if n, err := a.input.Shape.Elements(); err == nil {
		schema = schema.WithMinItems(int64(n)).WithMaxItems(int64(n))
	}
	return openapi3.NewSchemaRef("", schema)
}

func innermost(schema *openapi3.Schema) *openapi3.SchemaRef {
	ref := schema.Items
	for ref.Value.Items != nil {
		ref = ref.Value.Items
	}
	return ref
}

// formBody describes multipart/form-data.
func formBody(q quantity) *openapi3.MediaType {
	picture := fileSchema()
	if q == manyInputs {
		picture = openapi3.NewArraySchema().WithItems(fileSchema()).WithMinItems(1)
	}
	picture.Description = "the picture's file"
	form := openapi3.NewObjectSchema().
		WithProperty(pictureField, picture).
		WithProperty("top_k", openapi3.NewIntegerSchema().WithMin(1)).
		WithProperty("id", openapi3.NewStringSchema().WithMaxLength(longestID))
	form.Required = []string{pictureField}
	return openapi3.NewMediaType().WithSchema(form)
}

// binaryBody describes application/octet-stream.
func (a *aboutModel) binaryBody(q quantity) *openapi3.MediaType {
	schema := fileSchema()
	schema.Description = fmt.Sprintf("the elements, %v %v, little-endian, row by row", a.input.Datatype, a.input.Shape)
	if q == manyInputs {
		schema.Description += ", one input after the other"
	}
	return openapi3.NewMediaType().WithSchema(schema)
}

func fileSchema() *openapi3.Schema { return openapi3.NewStringSchema().WithFormat("binary") }
