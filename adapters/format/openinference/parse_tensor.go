package openinference

import (
	"errors"
	"fmt"
	"slices"

	"github.com/portent-go/portent/adapters/format/jsontensor"
	"github.com/portent-go/portent/domain"
)

// The fields of a tensor.
var tensorFields = []string{"name", "shape", "datatype", "parameters", "data"}

const (
	tensorName = iota
	tensorShape
	tensorDatatype
	tensorParameters
	tensorData
)

// tensorParser reads tensors of a document, and takes the bytes of those in raw
// form from what follows it.
type tensorParser struct {
	*jsontensor.Decoder
	rest []byte // raw tensors that have not been taken yet
}

// unfinished is a tensor whose fields are being read, in any order.
type unfinished struct {
	NamedTensor
	datatype domain.Datatype
	shape    domain.Shape        // nil: not given yet
	data     *jsontensor.Decoder // numbers that came before what says what they are
}

var dataHints = jsontensor.Hints{
	NotNumbers: "nest the elements as the shape says, or send them in one flat array",
	NoJSON:     `send the tensor in raw form, behind the JSON: "parameters": {"binary_data_size": bytes}`,
}

// tensors reads an array of tensors, none of which has the name of another.
func (p *tensorParser) tensors() ([]NamedTensor, error) {
	tensors := make([]NamedTensor, 0, 1)
	err := p.Array(func(i int) error {
		if i == maxTensors {
			return p.Refuse(fmt.Sprintf("is one more than the %d that may be", maxTensors), "", "", "")
		}
		tensor, err := p.tensor()
		if err != nil {
			return err
		}
		if slices.ContainsFunc(tensors, func(other NamedTensor) bool { return other.Name == tensor.Name }) {
			return p.Refuse(fmt.Sprintf("has the name %q, which another has already", tensor.Name), "a name of its own", tensor.Name, "")
		}
		tensors = append(tensors, tensor)
		return nil
	})
	return tensors, err
}

// tensor reads one tensor.
func (p *tensorParser) tensor() (NamedTensor, error) {
	var u unfinished
	if err := p.Fields(tensorFields, func(i int) error { return p.tensorField(i, &u) }); err != nil {
		return NamedTensor{}, err
	}
	return u.NamedTensor, p.finish(&u)
}

func (p *tensorParser) tensorField(i int, u *unfinished) (err error) {
	switch i {
	case tensorName:
		u.Name, err = p.Text(longestText)
	case tensorShape:
		u.shape, err = p.Shape()
	case tensorDatatype:
		u.datatype, err = p.datatype()
	case tensorParameters:
		u.Parameters, err = p.parameters()
	case tensorData:
		switch {
		case p.Null():
		case u.shape == nil || u.datatype == domain.InvalidDatatype:
			u.data, err = p.Later()
		default:
			u.Tensor, err = p.Tensor(u.datatype, u.shape, dataHints)
		}
	}
	return err
}

func (p *tensorParser) datatype() (domain.Datatype, error) {
	name, err := p.Text(longestText)
	if err != nil {
		return domain.InvalidDatatype, err
	}
	datatype, err := domain.ParseDatatype(name)
	if err != nil {
		return datatype, p.refuse(err)
	}
	return datatype, nil
}

func (p *tensorParser) parameters() (Parameters, error) {
	if p.Null() {
		return nil, nil
	}
	scalars, err := p.Scalars()
	return scalars, err
}

// finish checks that all is there, and makes the tensor if that has not been done.
func (p *tensorParser) finish(u *unfinished) error {
	switch {
	case u.Name == "":
		return p.missing("name")
	case u.shape == nil:
		return p.missing("shape")
	case u.datatype == domain.InvalidDatatype:
		return p.missing("datatype")
	}
	if err := u.Parameters.NoSharedMemory(); err != nil {
		return p.refuse(err)
	}
	size, err := u.Parameters.takeSize()
	if err != nil {
		return p.refuse(err)
	}
	inJSON := !u.Tensor.IsZero() || u.data != nil
	switch {
	case size >= 0 && inJSON:
		return p.Refuse(fmt.Sprintf("has both data and %s", sizeParameter), "one of the two", "both", "")
	case size >= 0:
		u.Binary = true
		u.Tensor, err = p.raw(u, size)
	case !inJSON:
		return p.missing("data")
	case u.data != nil:
		u.Tensor, err = u.data.Tensor(u.datatype, u.shape, dataHints)
	}
	return err
}

// raw takes the next size bytes that follow the document.
func (p *tensorParser) raw(u *unfinished, size int) (domain.Tensor, error) {
	if size > len(p.rest) {
		return domain.Tensor{}, p.Refuse(
			fmt.Sprintf("should have %d bytes behind the JSON, but %d are left", size, len(p.rest)), fmt.Sprintf("%d bytes", size), fmt.Sprintf("%d bytes", len(p.rest)),
			"the header Inference-Header-Content-Length says how long the JSON is; raw tensors follow it in the order of their names")
	}
	tensor, err := ParseRaw(u.datatype, u.shape, p.rest[:size])
	if err != nil {
		return domain.Tensor{}, p.refuse(err)
	}
	p.rest = p.rest[size:]
	return tensor, nil
}

// end says that no bytes may be left.
func (p *tensorParser) end() error {
	if len(p.rest) == 0 {
		return nil
	}
	return p.Refuse(
		fmt.Sprintf("%d bytes follow the JSON that belong to no tensor", len(p.rest)), "as many bytes as the tensors say", fmt.Sprintf("%d bytes more", len(p.rest)),
		fmt.Sprintf("a tensor in raw form says its bytes as %q in its parameters", sizeParameter))
}

func (p *tensorParser) missing(field string) error {
	return p.Refuse(fmt.Sprintf("has no %q", field), field, "none", "")
}

// refuse puts an error in the place that is being read.
func (p *tensorParser) refuse(err error) error {
	var reason *domain.Error
	if !errors.As(err, &reason) {
		return err
	}
	moved := *reason
	if reason.Field != "" && reason.Field != "datatype" {
		moved.Msg = reason.Field + " " + reason.Msg
	}
	return p.RefuseWith(moved)
}
