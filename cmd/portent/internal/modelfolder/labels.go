package modelfolder

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/portent-go/portent/domain"
)

// ConfigName is the file that names the classes.
const ConfigName = "config.json"

// Labels reads the names of the classes, in order: from a file with a name a line, or
// from names with commas between them. Classes is how many there must be, 0 if that is
// not known.
func Labels(text string, classes int) (domain.Labels, error) {
	fail := func(msg string) (domain.Labels, error) {
		return nil, &domain.Error{
			Kind: domain.Invalid, Field: "labels " + text, Msg: msg, Expected: "a file with a name a line, or names with commas between them, class 0 first",
		}
	}
	labels := domain.Labels(strings.Split(text, ","))
	info, err := os.Stat(text)
	if err == nil && info.Mode().IsRegular() {
		data, err := os.ReadFile(text)
		if err != nil {
			return nil, err
		}
		labels = domain.Labels(strings.Split(strings.TrimRight(strings.TrimPrefix(string(data), "\ufeff"), "\r\n"), "\n"))
	} else if len(labels) == 1 && classes != 1 {
		if err != nil && errors.Is(err, os.ErrNotExist) {
			return fail("is no file, and no list")
		}
		return fail("is no file that can be read")
	}
	for i, label := range labels {
		if labels[i] = strings.TrimSpace(label); labels[i] == "" {
			return fail(fmt.Sprintf("class %d has no name", i))
		}
	}
	if classes != 0 && len(labels) != classes {
		return nil, &domain.Error{
			Kind: domain.Invalid, Field: "labels " + text, Msg: fmt.Sprintf("there are %d, but the model has %d classes", len(labels), classes),
			Expected: fmt.Sprintf("%d labels", classes), Got: fmt.Sprintf("%d labels", len(labels)),
		}
	}
	return labels, nil
}

// Config returns a config.json that names the classes, in their order.
func Config(labels domain.Labels) []byte {
	var b bytes.Buffer
	b.WriteString("{\n  \"id2label\": {\n")
	for i, label := range labels {
		comma := ","
		if i == len(labels)-1 {
			comma = ""
		}
		fmt.Fprintf(&b, "    \"%d\": %s%s\n", i, quoted(label), comma)
	}
	b.WriteString("  }\n}\n")
	return b.Bytes()
}

// quoted writes a text as JSON does, without hiding < and >.
func quoted(text string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return `""` // cannot be: every text can be written
	}
	return strings.TrimSuffix(b.String(), "\n")
}
