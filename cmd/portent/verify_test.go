package main

import (
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"
)

func TestVerifyPrintsDifferences(t *testing.T) {
	for _, args := range [][]string{{"verify"}, {"verify", modelFolder}} {
		r := portent(t, nil, nil, args...)
		if r.err != nil || strings.Count(r.stdout, " ok ") != 4 || !strings.Contains(r.stdout, "all 4 test vectors agree") {
			t.Errorf("%v: %v\n%s%s", args, r.err, r.stdout, r.stderr)
		}
	}
	r := portent(t, nil, nil, "verify", filepath.Join(modelFolder, "model.onnx"))
	if r.err == nil || !strings.Contains(r.stderr, "no test vectors") {
		t.Errorf("a bare file: %v\n%s", r.err, r.stderr)
	}
}

func TestVerifyForPrograms(t *testing.T) {
	for _, test := range []struct {
		args   []string
		passed bool
	}{{[]string{"verify", "-o", "json"}, true}, {[]string{"verify", "-o", "json", "--tolerance", "1e-9"}, false}} {
		r := portent(t, nil, nil, test.args...)
		var v verification
		if err := json.Unmarshal([]byte(r.stdout), &v); err != nil || (r.err == nil) != test.passed || v.Passed != test.passed || v.Vectors[0].Passed != test.passed || len(v.SHA256) != 64 {
			t.Errorf("%v: %v, %v, %+v\n%s", test.args, r.err, err, v, r.stderr)
		}
	}
	if r := portent(t, nil, nil, "verify", "--tolerance", "1e-9"); r.err == nil || !strings.Contains(r.stdout, "DIFFERS") || strings.Contains(r.stdout, "agree") {
		t.Errorf("%v\n%s", r.err, r.stdout)
	}
	if r := portent(t, nil, nil, "verify", "--output", "csv"); r.err == nil || !strings.Contains(r.stderr, "table or json") {
		t.Errorf("%v\n%s", r.err, r.stderr)
	}
	if text, err := json.Marshal([]distance{distance(math.Inf(1)), distance(math.NaN()), 0.5}); string(text) != "[null,null,0.5]" {
		t.Errorf("%s, %v", text, err)
	}
}
