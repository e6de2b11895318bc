package httpapi

import (
	"context"
	"fmt"

	"github.com/portent-go/portent/adapters/format/jsontensor"
	"github.com/portent-go/portent/domain"
)

// The fields of a JSON document for one input and for many, in one order.
var (
	oneFields  = []string{"input", "image", "top_k", "id", "shape"}
	manyFields = []string{"inputs", "images", "top_k", "id"}
)

const (
	fieldInput = iota
	fieldImage
	fieldTopK
	fieldID
	fieldShape
)

// jsonDoor reads one JSON document.
type jsonDoor struct {
	*jsontensor.Decoder
	h        *view
	in       *inputs
	fields   []string
	reader   *jsontensor.Reader // of numbers; nil if there are none
	pictures [][]byte           // nil if there are none
	shape    domain.Shape
}

func (h *view) readJSON(ctx context.Context, document []byte, in *inputs) error {
	door := &jsonDoor{Decoder: jsontensor.NewDecoder(document), h: h, in: in, fields: oneFields}
	if in.quantity == manyInputs {
		door.fields = manyFields
	}
	if err := door.Object(door.fields, door.field); err != nil {
		return err
	}
	return door.finish(ctx)
}

func (door *jsonDoor) field(i int) error {
	switch i {
	case fieldInput:
		door.reader = jsontensor.NewReader(door.h.input, door.hints())
		if door.in.quantity == manyInputs {
			return door.each(func() error { return door.reader.Read(door.Decoder) })
		}
		return door.reader.Read(door.Decoder)
	case fieldImage:
		door.pictures = [][]byte{}
		if door.in.quantity == manyInputs {
			return door.each(door.picture)
		}
		return door.picture()
	case fieldTopK:
		k, err := door.Int()
		if err != nil {
			return err
		}
		return door.in.setTopK(k)
	case fieldID:
		id, err := door.Text(longestID)
		if err != nil {
			return err
		}
		return door.in.setID(id)
	default:
		shape, err := door.Shape()
		door.shape = shape
		return err
	}
}

func (door *jsonDoor) hints() jsontensor.Hints {
	hints := jsontensor.Hints{
		NotNumbers: fmt.Sprintf("nest the numbers as %v, or send them flat", door.h.input.Shape),
		ManyInputs: "send many inputs to /predict/batch",
		NoJSON:     "send the tensor as " + typeBinary,
	}
	if door.h.takesPictures() {
		hints.NotNumbers += fmt.Sprintf("; a picture's file goes as base64 into %q", door.fields[fieldImage])
	}
	return hints
}

// each reads an array of inputs.
func (door *jsonDoor) each(read func() error) error {
	n := 0
	err := door.Array(func(int) error {
		if n++; n > door.h.options.MaxBatch {
			return batchTooLarge(door.h.options.MaxBatch)
		}
		return read()
	})
	if err == nil && n == 0 {
		return door.Refuse("is empty", "at least one input", "none", "")
	}
	return err
}

func (door *jsonDoor) picture() error {
	file, err := door.Base64(fmt.Sprintf("numbers go into %q; here goes a picture's file in base64", door.fields[fieldInput]))
	door.pictures = append(door.pictures, file)
	return err
}

// finish makes the tensor of what the document held.
func (door *jsonDoor) finish(ctx context.Context) (err error) {
	numbers, picture := door.fields[fieldInput], door.fields[fieldImage]
	switch {
	case door.reader == nil && door.pictures == nil:
		return invalid("", fmt.Sprintf("the request holds neither %q nor %q", numbers, picture), "one of the two", "none", door.h.wanted(numbers))
	case door.reader != nil && door.pictures != nil:
		return invalid("", fmt.Sprintf("the request holds both %q and %q", numbers, picture), "one of the two", "both", "")
	case door.shape != nil && door.reader == nil:
		return invalid("shape", "is given without numbers", "no shape beside a picture", door.shape.String(), "")
	case door.pictures != nil:
		door.in.tensor, err = door.h.readPictures(ctx, door.pictures, door.place)
		return err
	}
	if door.in.tensor, err = door.reader.Tensor(door.shape); err == nil {
		door.in.warnings = door.h.warnings(door.in.tensor)
	}
	return err
}

// place returns the field of picture i.
func (door *jsonDoor) place(i int) string {
	if door.in.quantity == manyInputs {
		return fmt.Sprintf("%s[%d]", door.fields[fieldImage], i)
	}
	return door.fields[fieldImage]
}

// wanted says what the model takes.
func (h *view) wanted(field string) string {
	return fmt.Sprintf("the model takes %v %v: send {%q: numbers}", h.input.Datatype, h.input.Shape, field)
}
