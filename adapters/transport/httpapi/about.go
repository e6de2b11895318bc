package httpapi

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// aboutModel is what the documents say of the loaded model.
type aboutModel struct {
	card    serving.Card
	input   domain.TensorSpec
	classes int    // 0 if not known
	picture []byte // an example's file; nil for a model that takes tensors only
	sample  string // the name of one of its samples; empty if it has none
	version string // the server's

	oneTypes, manyTypes []string // content types that it takes
}

// aboutModel looks at the model. The example is a picture's file; it is made up
// if there is none.
func (h *view) aboutModel(example []byte) (*aboutModel, error) {
	a := &aboutModel{card: h.classifier.Card(), input: h.input, version: h.options.Version, oneTypes: h.oneTypes, manyTypes: h.manyTypes}
	a.classes = max(0, h.classifier.Scores().Shape[1])
	if !h.takesPictures() {
		return a, nil
	}
	if names := h.sampleNames(); len(names) > 0 {
		a.sample = names[0]
	}
	var err error
	if a.picture, err = h.examplePicture(example); err != nil {
		return nil, err
	}
	if _, err := h.readPicture(context.Background(), a.picture, "ExamplePicture"); err != nil {
		return nil, domain.Errorf(domain.Invalid, "the model does not take its example: %w", err)
	}
	return a, nil
}

// sampleName is empty where nothing is known of a model too.
func (a *aboutModel) sampleName() string {
	if a == nil {
		return ""
	}
	return a.sample
}

func (a *aboutModel) classText() string {
	switch {
	case len(a.card.Labels) > 0:
		return fmt.Sprintf("%d classes, %s to %s", len(a.card.Labels), a.card.Labels[0], a.card.Labels[len(a.card.Labels)-1])
	case a.classes > 0:
		return fmt.Sprintf("%d classes", a.classes)
	default:
		return "classes without names"
	}
}

// exampleOne returns a JSON document for /predict that gives 200 as it is.
func (a *aboutModel) exampleOne() object {
	if a.picture != nil {
		return object{"image": base64.StdEncoding.EncodeToString(a.picture)}
	}
	return object{"input": a.zeros(a.input.Shape)}
}

func (a *aboutModel) exampleMany() object {
	if a.picture != nil {
		file := base64.StdEncoding.EncodeToString(a.picture)
		return object{"images": []any{file, file}}
	}
	return object{"inputs": []any{a.zeros(a.input.Shape), a.zeros(a.input.Shape)}}
}

// zeros returns a nested array of the shape, dynamic axes being of length 1.
func (a *aboutModel) zeros(shape domain.Shape) any {
	if len(shape) == 0 {
		switch a.input.Datatype {
		case domain.BOOL:
			return false
		case domain.BYTES:
			return ""
		default:
			return 0
		}
	}
	array := make([]any, max(1, shape[0]))
	for i := range array {
		array[i] = a.zeros(shape[1:])
	}
	return array
}

// nested returns the schema of an array of the shape.
func (a *aboutModel) nested(shape domain.Shape) object {
	if len(shape) == 0 {
		return a.element()
	}
	schema := arrayOf(a.nested(shape[1:]))
	if shape[0] >= 0 {
		bound(schema, shape[0])
	}
	return schema
}

func (a *aboutModel) element() object {
	switch a.input.Datatype {
	case domain.BOOL:
		return object{"type": "boolean"}
	case domain.BYTES:
		return object{"type": "string"}
	case domain.FP32, domain.FP16, domain.BF16:
		return object{"type": "number", "format": "float"}
	case domain.FP64:
		return object{"type": "number", "format": "double"}
	default:
		return object{"type": "integer"}
	}
}
