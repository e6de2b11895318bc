//go:build browser

package browser_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// programs say how the lines of a language are run: in which file, by what.
var programs = map[string]struct {
	file    string
	command []string
}{
	"curl":       {"predict.sh", []string{"bash", "-eu"}},
	"Go":         {"main.go", []string{"go", "run"}},
	"Python":     {"predict.py", []string{"python3"}},
	"JavaScript": {"predict.mjs", []string{"node"}},
}

// TestTheLinesWork runs them as they stand on the page, for a sample, for a file
// with a difficult name, and for JSON.
func TestTheLinesWork(t *testing.T) {
	p := open(t, serve(t))
	p.visit(t, "/")
	p.run(t, chromedp.Click(sampleButton, chromedp.NodeVisible))
	p.waitFor(t, label, "ship")
	if copied := eval[string](t, p, `(async () => {
		let copied = "";
		Object.defineProperty(navigator, "clipboard", { value: { writeText: async text => { copied = text; } } });
		document.querySelector("#lines .copy").click();
		await new Promise(done => setTimeout(done));
		return copied + document.querySelector("#lines .copy").textContent;
	})()`); !strings.HasPrefix(copied, "curl ") || !strings.HasSuffix(copied, "/predict\nCopied") {
		t.Errorf("what is copied is %q", copied)
	}
	for language, output := range map[string]string{"curl": `"label":"ship"`, "Go": `"label":"ship"`, "Python": "'ship'", "JavaScript": `"label":"ship"`} {
		p.runLines(t, language, output)
	}
	picture, err := os.ReadFile(samplePath(t, "cat.png"))
	if err != nil {
		t.Fatal(err)
	}
	p.run(t, chromedp.SetUploadFiles("#file", []string{fileOf(t, `it's "my"; $(cat), ü.png`, string(picture))}, chromedp.ByQuery))
	p.waitFor(t, label, "cat")
	for language, output := range map[string]string{"curl": `"label":"cat"`, "Python": "'cat'"} {
		p.runLines(t, language, output)
	}
	p = open(t, serve(t, "--model", mixed(t)))
	p.visit(t, "/")
	typed(t, p, "#tensor-3", `["it's $(x) \\ \"é\""]`)
	p.run(t, chromedp.Click("#tensors button.main", chromedp.NodeVisible))
	p.waitFor(t, "#result", "same words")
	for language := range programs {
		p.runLines(t, language, `$(x) \`)
	}
}

// runLines runs the lines of a language beside the samples.
func (p *tab) runLines(t *testing.T, language, output string, environment ...string) {
	t.Helper()
	program := programs[language]
	if _, err := exec.LookPath(program.command[0]); err != nil {
		t.Logf("SKIPPED: the lines of %s need %s", language, program.command[0])
		return
	}
	p.run(t, chromedp.Click("#tab-"+language, chromedp.ByQuery))
	lines := p.textOf(t, "#line")
	folder := t.TempDir()
	content := map[string]string{program.file: lines}
	for _, name := range []string{"ship.png", "cat.png"} {
		picture, err := os.ReadFile(samplePath(t, name))
		if err != nil {
			t.Fatal(err)
		}
		content[name] = string(picture)
	}
	content[`it's "my"; $(cat), ü.png`] = content["cat.png"]
	if language == "curl" {
		delete(content, "ship.png") // which its lines fetch
	}
	for name, text := range content {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command(program.command[0], append(program.command[1:len(program.command):len(program.command)], program.file)...)
	command.Dir = folder
	command.Env = append(os.Environ(), append(environment, "GOWORK=off", "GOFLAGS=-mod=mod")...)
	out, err := command.CombinedOutput()
	if err != nil || !strings.Contains(strings.ReplaceAll(string(out), `\"`, `"`), output) {
		t.Errorf("%s: %v\n%s\n%s", language, err, lines, out)
	}
}
