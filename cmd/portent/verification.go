package main

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/domain/serving"
)

// verification is what `portent verify` shows, as JSON has it.
type verification struct {
	Model     string    `json:"model"`
	SHA256    string    `json:"sha256"`
	Device    string    `json:"device"`
	Tolerance float64   `json:"tolerance"`
	Passed    bool      `json:"passed"`
	Vectors   []checked `json:"vectors"`
}

// checked is how the answer to a test vector compares.
type checked struct {
	Vector string   `json:"vector"`
	Passed bool     `json:"passed"`
	MaxAbs distance `json:"max_abs"`
	MaxRel distance `json:"max_rel"`
	Worst  string   `json:"worst_element"`
	Error  string   `json:"error,omitempty"`
}

// distance is how far two numbers are apart; null in JSON if that is no number, as
// where one of them is infinite.
type distance float64

// MarshalJSON writes the distance.
func (d distance) MarshalJSON() ([]byte, error) {
	if math.IsInf(float64(d), 0) || math.IsNaN(float64(d)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(d))
}

func checkedOf(results []serving.Result) []checked {
	list := make([]checked, len(results))
	for i, r := range results {
		list[i] = checked{Vector: r.Vector, Passed: r.Passed, MaxAbs: distance(r.MaxAbs), MaxRel: distance(r.MaxRel), Worst: r.Worst}
		if r.Err != nil {
			list[i].Error = r.Err.Error()
		}
	}
	return list
}

// table writes the differences for people.
func (v verification) table(s *term.Screen) error {
	table := term.NewTable("llrrl", s.Titles("VECTOR", "RESULT", "MAX ABS", "MAX REL", "WORST ELEMENT")...)
	for _, c := range v.Vectors {
		if c.Error != "" {
			table.Row(c.Vector, s.Paint(term.Bad, "error: "+c.Error))
			continue
		}
		verdict := s.Paint(term.Good, "ok")
		if !c.Passed {
			verdict = s.Paint(term.Bad, "DIFFERS")
		}
		table.Row(c.Vector, verdict, fmt.Sprintf("%.3g", c.MaxAbs), fmt.Sprintf("%.3g", c.MaxRel), c.Worst)
	}
	if _, err := table.WriteTo(s); err != nil || !v.Passed {
		return err
	}
	_, err := fmt.Fprintf(s, "\n%s: %s within %g\n", v.Model, s.Paint(term.Good, agreed(len(v.Vectors))), v.Tolerance)
	return err
}

func agreed(vectors int) string {
	if vectors == 1 {
		return "the test vector agrees"
	}
	return fmt.Sprintf("all %d test vectors agree", vectors)
}
