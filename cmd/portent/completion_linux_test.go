package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/portent-go/portent/cmd/portent/internal/term/termtest"
)

// withoutPackage stands for the part of the package bash-completion that takes a
// line apart, where that is not installed.
const withoutPackage = `_init_completion() { cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD; }`

const bashCompletion = "/usr/share/bash-completion/bash_completion"

// TestBashCompletes types into a real bash, and presses the tabulator.
func TestBashCompletes(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("SKIPPED: completion needs bash")
	}
	folder := t.TempDir()
	script, err := program(t, nil, "completion", "bash").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, noPackage := os.Stat(bashCompletion)
	before := "source " + bashCompletion
	if noPackage != nil {
		before = withoutPackage
	}
	for name, text := range map[string]string{
		"rc":                   "PS1='$ '\nbind 'set enable-bracketed-paste off'\n" + before + "\n" + string(script),
		"portent":              "#!/bin/sh\n" + asProgram + "=1 exec " + os.Args[0] + ` "$@"` + "\n",
		"resnet/model.onnx":    "",
		"resnet/notes.txt":     "",
		"resnet/unrelated.png": "",
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	screen, terminal := termtest.Open(t, 120)
	shell := exec.CommandContext(t.Context(), bash, "--noprofile", "--rcfile", "rc", "-i")
	shell.Dir, shell.Env = folder, []string{"PATH=" + folder + ":" + os.Getenv("PATH"), "TERM=xterm", "LANG=C.UTF-8", "INPUTRC=/dev/null", "HISTFILE="}
	shell.Stdin, shell.Stdout, shell.Stderr = terminal, terminal, terminal
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	screen.Until(t, "$ ")
	cases := [][2]string{
		{"portent ser\t", "portent serve "},
		{"portent serve --log-fo\t", "--log-format "},
		{"portent serve --log-level d\t", "debug "},
		{"portent predict --output c\t", "csv "},
		{"portent verify --output j\t", "json "},
		{"portent --color ne\t", "never "},
		{"portent completion z\t", "zsh "},
	}
	if noPackage == nil { // which completes names of files
		cases = append(cases, [2]string{"portent inspect resnet/\t", "resnet/model.onnx "}, [2]string{"portent serve --model resnet/\t", "resnet/model.onnx "}, [2]string{"portent predict resnet/\t", "unrelated.png "})
	}
	const kill = "\x15" // Ctrl+U empties the line
	for _, c := range cases {
		screen.Type(t, c[0])
		screen.Until(t, c[1])
		screen.Type(t, kill)
	}
	screen.Type(t, "exit\n")
	if err := shell.Wait(); err != nil {
		t.Error(err)
	}
}

// TestCompletionKnowsFilesAndFolders asks as the shells' scripts do.
func TestCompletionKnowsFilesAndFolders(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"inspect", ""}, "onnx\n:8\n"}, {[]string{"serve", "--model", ""}, "onnx\n:8\n"}, {[]string{"serve", "--models", ""}, ":16\n"},
		{[]string{"predict", ""}, "png\n"}, {[]string{"predict", ""}, "npy\n:8\n"}, {[]string{"serve", "--engine", ""}, "onnxgo\nremote\n:4\n"},
		{[]string{"serve", "--isa", ""}, "avx512\navx2\ngeneric\n:4\n"}, {[]string{"inspect", "-o", ""}, "table\njson\n:4\n"}, {[]string{"serve", "--tls-cert", ""}, ":0\n"},
	} {
		if r := portent(t, nil, nil, append([]string{"__complete"}, test.args...)...); r.err != nil || !strings.Contains(r.stdout, test.want) {
			t.Errorf("%q: %v\n%s", test.args, r.err, r.stdout)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if r := portent(t, nil, nil, "completion", shell); r.err != nil || !strings.Contains(r.stdout, "portent") {
			t.Errorf("%s: %v", shell, r.err)
		}
	}
	if r := portent(t, nil, nil, "completion", "zsch"); r.err == nil || !strings.Contains(r.stderr, "did you mean zsh?") || r.stdout != "" {
		t.Errorf("a shell that there is not: %v %q", r.err, r.stderr)
	}
}
