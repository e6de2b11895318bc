package model

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/portent-go/portent/domain"
)

const configName = "config.json"

// config is what is used of Hugging Face's config.json. It has many other keys,
// which say how the network was built.
type config struct {
	Name        string                     `json:"_name_or_path"`
	Version     string                     `json:"version"`
	License     string                     `json:"license"`
	ProblemType string                     `json:"problem_type"`
	NumLabels   *int                       `json:"num_labels"`
	ID2Label    map[string]*string         `json:"id2label"`
	Label2ID    map[string]json.RawMessage `json:"label2id"`
}

func (f *Folder) readConfig(fsys fs.FS) error {
	data, err := readOptional(fsys, configName, maxConfig)
	if data == nil || err != nil {
		return err
	}
	var c config
	if err := decodeJSON(configName, data, &c); err != nil {
		return err
	}
	if c.ProblemType != "" && c.ProblemType != "single_label_classification" {
		return &domain.Error{
			Kind: domain.Unsupported, Field: configName, Msg: fmt.Sprintf("problem_type is %q", c.ProblemType),
			Expected: "single_label_classification", Got: c.ProblemType,
		}
	}
	if name := path.Base(path.Clean("/" + c.Name)); name != "/" {
		f.Card.Name = name
	}
	if c.Version != "" {
		f.Card.Version = c.Version
	}
	f.Card.License = c.License
	f.Card.Labels, err = c.labels()
	return err
}

// labels returns the classes' names in order: id2label has a key for each class
// from 0 on.
func (c config) labels() (domain.Labels, error) {
	if len(c.ID2Label) == 0 {
		return nil, nil
	}
	labels := make(domain.Labels, len(c.ID2Label))
	for i := range labels {
		label, ok := c.ID2Label[strconv.Itoa(i)]
		if !ok || label == nil {
			return nil, &domain.Error{
				Kind: domain.Invalid, Field: configName, Msg: fmt.Sprintf("id2label has %d labels but none for class %d", len(labels), i),
				Expected: fmt.Sprintf("keys \"0\" to \"%d\"", len(labels)-1),
			}
		}
		labels[i] = *label
	}
	if c.NumLabels != nil && *c.NumLabels != len(labels) {
		return nil, &domain.Error{
			Kind: domain.Invalid, Field: configName, Msg: fmt.Sprintf("num_labels is %d, but id2label has %d labels", *c.NumLabels, len(labels)),
			Expected: fmt.Sprintf("%d labels", *c.NumLabels), Got: fmt.Sprintf("%d labels", len(labels)),
		}
	}
	return labels, c.crossCheck(labels)
}

// crossCheck compares the labels with label2id, the same table the other way
// round. Some write its numbers as strings; what is no number says nothing.
func (c config) crossCheck(labels domain.Labels) error {
	for _, label := range slices.Sorted(maps.Keys(c.Label2ID)) {
		id, err := strconv.Atoi(strings.Trim(string(c.Label2ID[label]), `"`))
		if err != nil {
			continue
		}
		if fits := id >= 0 && id < len(labels) && labels[id] == label; !fits && slices.Contains(labels, label) {
			return &domain.Error{
				Kind: domain.Invalid, Field: configName, Msg: fmt.Sprintf("label2id has %d for %q, but id2label has %q for %d", id, label, labels.Of(id), id),
				Expected: fmt.Sprintf("%q for class %d", label, id), Got: fmt.Sprintf("%q", labels.Of(id)),
			}
		}
	}
	return nil
}

// decodeJSON decodes a configuration file, and tells where in it a mistake is.
func decodeJSON(name string, data []byte, to any) error {
	err := json.Unmarshal(data, to)
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return &domain.Error{Kind: domain.Invalid, Field: name, Msg: fmt.Sprintf("line %d is not JSON", lineOf(data, syntax.Offset)), Err: err}
	case errors.As(err, &wrongType):
		return &domain.Error{
			Kind: domain.Invalid, Field: name, Got: wrongType.Value, Expected: inJSON(wrongType.Type),
			Msg: fmt.Sprintf("%s in line %d is of type %s, expected %s",
				cmp.Or(wrongType.Field, "the value"), lineOf(data, wrongType.Offset), wrongType.Value, inJSON(wrongType.Type)),
		}
	default:
		return &domain.Error{Kind: domain.Invalid, Field: name, Msg: "cannot be read", Err: err}
	}
}

// inJSON names a type as JSON does.
func inJSON(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "string"
	case reflect.Slice:
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Int:
		return "whole number"
	default:
		return "number"
	}
}

func lineOf(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(int(offset), len(data))], []byte("\n"))
}
