package operator

import (
	"slices"
	"strings"
	"unicode"

	"github.com/portent-go/portent/domain"
)

// stringSplit cuts each string at a delimiter, or at white space if it is empty.
// Parts stand on a new last axis, with empty ones behind them where a string has
// fewer than another; the second output counts them.
type stringSplit struct {
	delimiter string
	most      int // cuts, or -1 for any number
}

func parseStringSplit(node Node) (Operator, error) {
	a := attributesOf(node)
	s := stringSplit{a.text("delimiter", ""), a.int("maxsplit", -1)}
	a.expect(s.most >= -1, "maxsplit", "is not a number of cuts")
	return s, a.done()
}

// parts returns the parts of a string.
func (s stringSplit) parts(text string) []string {
	switch {
	case s.delimiter != "" && s.most < 0:
		return strings.Split(text, s.delimiter)
	case s.delimiter != "":
		return strings.SplitN(text, s.delimiter, s.most+1)
	case s.most < 0:
		return strings.Fields(text)
	}
	var parts []string
	for {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		end := strings.IndexFunc(text, unicode.IsSpace)
		switch {
		case text == "":
			return parts
		case end < 0 || len(parts) == s.most:
			return append(parts, text)
		}
		parts, text = append(parts, text[:end]), text[end:]
	}
}

// Infer counts the parts.
func (s stringSplit) Infer(inputs []Value) ([]Value, error) {
	x, err := stringInput(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if !x.Known() {
		return nil, unknownElements("X")
	}
	longest := 0
	for _, text := range dataOf[string](x.Const) {
		longest = max(longest, len(s.parts(text)))
	}
	outputs, err := like(x, append(slices.Clone(x.Shape), longest))
	return append(outputs, Value{Datatype: domain.INT64, Shape: x.Shape}), err
}

// Compile returns what cuts each string.
func (s stringSplit) Compile(_, outputs []Value) (Run, error) {
	shape := outputs[0].Shape
	longest := shape[len(shape)-1]
	return func(in, out []domain.Tensor) {
		parts := dataOf[string](out[0])
		var counts []int64
		if len(out) > 1 {
			counts = dataOf[int64](out[1])
		}
		for i, text := range dataOf[string](in[0]) {
			cut := s.parts(text)
			if parts != nil {
				row := parts[i*longest : (i+1)*longest]
				clear(row[copy(row, cut):])
			}
			if counts != nil {
				counts[i] = int64(len(cut))
			}
		}
	}, nil
}
