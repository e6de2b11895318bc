package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type expectation struct {
	Recognised  map[string]string
	Probability map[string]float64
}

func expected(t *testing.T) (e expectation) {
	t.Helper()
	if err := json.Unmarshal(readFile(t, modelFolder, "samples", "expected.json"), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestPredictRecognisesEverySample(t *testing.T) {
	r := portent(t, nil, nil, "predict", "--output", "json", filepath.Join(modelFolder, "samples"))
	if r.err != nil {
		t.Fatal(r.stderr)
	}
	var answers []answer
	if err := json.Unmarshal([]byte(r.stdout), &answers); err != nil {
		t.Fatal(err)
	}
	e := expected(t)
	if len(answers) != len(e.Recognised) {
		t.Fatalf("%d answers for %d samples", len(answers), len(e.Recognised))
	}
	for _, a := range answers {
		name := filepath.Base(a.Input)
		if a.Label != e.Recognised[name] {
			t.Errorf("%s is taken for a %s", name, a.Label)
		}
		if difference := float64(a.Probability) - e.Probability[name]; difference > 1e-4 || difference < -1e-4 {
			t.Errorf("%s has probability %v, expected %v", name, a.Probability, e.Probability[name])
		}
	}
}

func TestPredictTakesTensorsAndStandardInput(t *testing.T) {
	tensor := filepath.Join(modelFolder, "test_data_set_0", "input_0.pb")
	r := portent(t, nil, bytes.NewReader(readFile(t, modelFolder, "samples", "ship.png")), "predict", "--output", "csv", "--top-k", "1", "-", tensor)
	if r.err != nil || !strings.Contains(r.stdout, "-,1,8,ship,0.97") || strings.Count(r.stdout, "\n") != 3 {
		t.Errorf("%v %s\n%s", r.err, r.stderr, r.stdout)
	}
}

func TestPredictGoesOnAfterABadFile(t *testing.T) {
	folder := t.TempDir()
	for name, data := range map[string][]byte{
		"a.png": []byte("no picture"), "b.png": readFile(t, modelFolder, "samples", "cat.png"),
		"c.pb": []byte("no tensor"), "d.png": readFile(t, modelFolder, "samples", "dog.png")[:2000],
	} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := portent(t, nil, nil, "predict", folder, filepath.Join(folder, "nothing"))
	if r.err == nil || !strings.Contains(r.stdout, "cat") || !strings.Contains(r.stderr, "1 predicted, 4 failed") {
		t.Errorf("%v\n%s\n%s", r.err, r.stdout, r.stderr)
	}
	for _, name := range []string{"a.png", "c.pb", "d.png", "nothing"} {
		if !strings.Contains(r.stderr, name+": ") {
			t.Errorf("nothing is said about %s:\n%s", name, r.stderr)
		}
	}
}

func TestPredictPrintsATable(t *testing.T) {
	r := portent(t, nil, nil, "predict", filepath.Join(modelFolder, "samples", "ship.png"))
	fields := strings.Fields(r.stdout)
	if r.err != nil || fields[0] != "INPUT" || !strings.Contains(r.stdout, "97.4 %") {
		t.Errorf("%v\n%s", r.err, r.stdout)
	}
	if r := portent(t, nil, nil, "predict", "--top-k", "0", filepath.Join(modelFolder, "samples", "ship.png")); r.err != nil {
		t.Errorf("no classes to show: %v %s", r.err, r.stderr)
	}
}
