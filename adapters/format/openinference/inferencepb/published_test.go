package inferencepb_test

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
)

// published lists the fields, numbers and methods that deployed clients were built
// with: those of Triton's client, and the answers to loading of KServe's, which
// Triton's leave empty.
//
//go:embed testdata/published.txt
var published string

func TestNamesAndNumbersAreThePublishedOnes(t *testing.T) {
	known := strings.Split(strings.TrimSpace(published), "\n")
	ours := linesOf(inferencepb.File_adapters_format_openinference_inferencepb_inference_proto)
	for _, line := range ours {
		if !slices.Contains(known, line) {
			t.Errorf("%q is not what is published", line)
		}
	}
	if len(ours) < 150 {
		t.Errorf("only %d lines were compared", len(ours))
	}
}

// linesOf returns a line for each field, enum value and method of a file.
func linesOf(file protoreflect.FileDescriptor) (lines []string) {
	for i := range file.Messages().Len() {
		lines = append(lines, fieldsOf(file.Messages().Get(i))...)
	}
	for i := range file.Enums().Len() {
		values := file.Enums().Get(i).Values()
		for j := range values.Len() {
			lines = append(lines, fmt.Sprintf("%s.%s %d", file.Enums().Get(i).Name(), values.Get(j).Name(), values.Get(j).Number()))
		}
	}
	for i := range file.Services().Len() {
		methods := file.Services().Get(i).Methods()
		for j := range methods.Len() {
			method := methods.Get(j)
			lines = append(lines, fmt.Sprintf("%s.%s %s%s %s%s", method.Parent().Name(), method.Name(),
				when(method.IsStreamingClient(), "stream "), method.Input().Name(), when(method.IsStreamingServer(), "stream "), method.Output().Name()))
		}
	}
	return lines
}

func fieldsOf(message protoreflect.MessageDescriptor) (lines []string) {
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		kind := field.Kind().String()
		if field.Message() != nil {
			kind = short(field.Message())
		} else if field.Enum() != nil {
			kind = short(field.Enum())
		}
		lines = append(lines, fmt.Sprintf("%s.%s %d %s%s", short(message), field.Name(), field.Number(), when(field.Cardinality() == protoreflect.Repeated, "repeated "), kind))
	}
	for i := range message.Messages().Len() {
		lines = append(lines, fieldsOf(message.Messages().Get(i))...)
	}
	return lines
}

// short returns a name without its package.
func short(d protoreflect.Descriptor) string {
	return strings.TrimPrefix(string(d.FullName()), "inference.")
}

func when(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}
