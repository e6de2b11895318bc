package operator

import (
	"math"
	"strconv"
	"strings"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// textOf returns a number as text: the shortest that gives the same number back,
// and NaN, INF and -INF as ONNX has them. True is 1.
func textOf[T domain.Element](v T, number float64) string {
	size := 64
	if _, ok := any(v).(float32); ok {
		size = 32
	}
	switch {
	case number != number:
		return "NaN"
	case math.IsInf(number, 1):
		return "INF"
	case math.IsInf(number, -1):
		return "-INF"
	default:
		return strconv.FormatFloat(number, 'g', -1, size)
	}
}

// numberOf reads a text, as plain decimals or in scientific notation.
func numberOf(text string) (float64, error) {
	number, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil && !math.IsInf(number, 0) { // too large a number is infinite
		return 0, err
	}
	return number, nil
}

// checkNumbers refuses texts that are no numbers, or not of the datatype.
func checkNumbers(texts []string, to domain.Datatype) error {
	for i, text := range texts {
		if _, err := numberOf(text); err != nil {
			return domain.Errorf(domain.Invalid, "input: element %d is the text %.40q, expected a number to make a %v of", i, text, to)
		}
	}
	return nil
}

// fromTexts converts texts that are numbers. Integers that a float64 cannot hold
// are read as integers.
func fromTexts() map[domain.Datatype]conversion {
	table := map[domain.Datatype]conversion{
		domain.INT64:  with(wholeOf),
		domain.UINT64: with(unsignedOf),
		domain.BYTES:  with(func(text string) string { return text }),
	}
	for to, convert := range fromReals(func(text string) float64 { number, _ := numberOf(text); return number }) {
		if table[to] == nil {
			table[to] = convert
		}
	}
	return table
}

func wholeOf(text string) int64 {
	if v, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
		return v
	}
	number, _ := numberOf(text)
	return kernels.Truncated[int64](number, math.MinInt64, math.MaxInt64)
}

func unsignedOf(text string) uint64 {
	if v, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64); err == nil {
		return v
	}
	number, _ := numberOf(text)
	return kernels.Truncated[uint64](number, 0, math.MaxUint64)
}
