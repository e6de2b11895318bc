package main

import (
	"testing"

	"github.com/portent-go/portent/domain/serving"
)

func TestSelfTestInWords(t *testing.T) {
	for want, results := range map[string][]serving.Result{
		"none: the model came without test vectors":                nil,
		"passed, 1 vector, largest difference 0.25 (0.5 allowed)":  {{MaxRel: 0.25}},
		"passed, 2 vectors, largest difference 0.38 (0.5 allowed)": {{MaxRel: 0.25}, {MaxRel: 0.375}},
	} {
		if got := selfTest(results, 0.5); got != want {
			t.Errorf("%q, expected %q", got, want)
		}
	}
}
