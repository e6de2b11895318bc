//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/portent-go/portent/domain"
)

// agree compares the answers with each other and with PyTorch.
func (d *doors) agree(logits []float32) error {
	perPicture := len(d.grpc) / shownPictures
	for i := range shownPictures {
		raw := d.grpc[i*perPicture].want
		for _, a := range d.grpc[i*perPicture : (i+1)*perPicture] {
			if !bytes.Equal(a.want, raw) {
				return fmt.Errorf("picture %d: doors of gRPC disagree: %x, %x", i, a.want, raw)
			}
		}
		numbers := floats(raw)
		for class, number := range numbers {
			if math.Abs(float64(number-logits[i*classes+class])) > 1e-4*max(1, math.Abs(float64(logits[i*classes+class]))) {
				return fmt.Errorf("picture %d: class %d is %v, PyTorch's %v", i, class, number, logits[i*classes+class])
			}
		}
		probabilities := domain.Softmax(numbers)
		for _, a := range d.http[i*doorsPerPicture : (i+1)*doorsPerPicture] {
			if err := a.agrees(numbers, probabilities); err != nil {
				return fmt.Errorf("picture %d: %w", i, err)
			}
		}
	}
	return nil
}

// agrees compares an answer with logits and probabilities, whichever it holds.
func (a *httpAsk) agrees(logits, probabilities []float32) error {
	var answer struct {
		Probabilities []float32
		Outputs       []struct{ Data []float32 }
	}
	document := a.want
	if end := len(a.want) - 4*classes; end > 0 && bytes.HasSuffix(a.want[:end], []byte("}")) && !json.Valid(a.want) {
		if !slices.Equal(floats(a.want[end:]), logits) {
			return fmt.Errorf("the door %s answers %v, gRPC %v", a.name, floats(a.want[end:]), logits)
		}
		return nil
	}
	if bytes.Equal(a.want, littleEndian(logits)) {
		return nil // a raw body
	}
	if err := json.Unmarshal(document, &answer); err != nil {
		return fmt.Errorf("the door %s: %w", a.name, err)
	}
	if len(answer.Outputs) == 1 {
		answer.Probabilities, probabilities = answer.Outputs[0].Data, logits
	}
	if !slices.Equal(answer.Probabilities, probabilities) {
		return fmt.Errorf("the door %s answers %v, gRPC %v", a.name, answer.Probabilities, probabilities)
	}
	return nil
}
