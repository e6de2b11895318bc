//go:build documents && unix

package readme

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// longest bounds what one block may take.
const longest = 5 * time.Minute

// Options are what a document's commands find around them.
type Options struct {
	// Environments is the folder of Python environments, which a block's attribute
	// python names.
	Environments string
	// Path is a folder of programs that readers have, beside those of the machine.
	Path string
	// Prepare puts what a section's commands need into its folder; may be nil.
	Prepare func(folder string) error
}

// Run does what a document says, each section as a subtest. Main must have been
// called. With README_UPDATE=true, blocks that differ from what is printed are written
// anew instead.
func Run(t *testing.T, document string, options Options) {
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := Blocks(string(text))
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	var found updates
	for _, section := range Sections(blocks) {
		if !slices.ContainsFunc(section, func(b Block) bool { return b.runs() || b.Of != "" }) {
			continue
		}
		t.Run(section[0].Section, func(t *testing.T) { newSection(t, document, options, &found).run(section) })
	}
	if err := found.write(document, string(text)); err != nil {
		t.Fatal(err)
	}
}

// runs reports whether a block is to be run or written.
func (b Block) runs() bool {
	return b.Skip == "" && slices.Contains([]string{"sh", "bash", "python"}, b.Language) || b.File != ""
}

// section is a section that is being run.
type section struct {
	*testing.T
	document, folder, home string
	options                Options
	python                 string  // the bin folder of its Python environment; empty for none
	server                 *server // what runs in the background; nil if nothing does
	printed                *string // by the block before; nil if it has not been run
	updates                *updates
}

func newSection(t *testing.T, document string, options Options, updates *updates) *section {
	s := &section{T: t, document: document, options: options, updates: updates, folder: t.TempDir(), home: t.TempDir()}
	// curl shows its progress when it does not write to a terminal.
	if err := os.WriteFile(filepath.Join(s.home, ".curlrc"), []byte("silent\nshow-error\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if options.Prepare != nil {
		if err := options.Prepare(s.folder); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(s.stop)
	return s
}

func (s *section) run(blocks []Block) {
	for _, block := range blocks {
		switch before := s.printed; {
		case block.Skip != "":
			s.printed = nil
		case block.Of != "":
			s.printed = nil
			s.compare(block, s.shell(block, block.Of))
		case block.runs():
			s.do(block)
		case before != nil && (block.Language == "text" || block.Language == "json"):
			s.printed = nil
			s.compare(block, *before)
		}
	}
}

// do runs a block or writes it to its file.
func (s *section) do(block Block) {
	if block.Python != "" {
		s.python = s.environment(block)
	}
	if block.Needs != "" {
		s.need(block, filepath.Join(s.options.Path, block.Needs), "podman and busybox stand in for it")
	}
	s.printed = nil
	if block.Before != "" {
		s.commands(Block{Language: "sh", Line: block.Line, Text: block.Before + "\n"})
	}
	switch {
	case block.File != "":
		if err := os.WriteFile(filepath.Join(s.folder, block.File), []byte(block.Text), 0o600); err != nil {
			s.Fatal(err)
		}
		return
	case block.Language == "python":
		file := fmt.Sprintf("line%d.py", block.Line)
		if err := os.WriteFile(filepath.Join(s.home, file), []byte(block.Text), 0o600); err != nil {
			s.Fatal(err)
		}
		printed := s.shell(block, "python "+filepath.Join(s.home, file))
		s.printed = &printed
	default:
		s.printed = s.commands(block)
	}
	if block.After != "" {
		s.commands(Block{Language: "sh", Line: block.Line, Text: block.After + "\n"})
	}
}

// serving is a line that starts a server.
var serving = regexp.MustCompile(`(?m)^([A-Z_]+=\S+ )*((portent|go run \./cmd/portent) serve|docker run)\b(.*\\\n)*.*\n`)

// commands runs a block of commands, servers among them.
func (s *section) commands(block Block) *string {
	printed, rest := "", block.Text
	for rest != "" {
		at := serving.FindStringIndex(rest)
		if at == nil {
			at = []int{len(rest), len(rest)}
		}
		if script := rest[:at[0]]; strings.TrimSpace(script) != "" {
			printed += s.shell(block, script)
		}
		if line := rest[at[0]:at[1]]; line != "" {
			printed += s.serve(block, line)
		}
		rest = rest[at[1]:]
	}
	return &printed
}

// remembered is the state that the commands before have left, but for the search
// path, which changes with the Python environment.
const remembered = "path=$PATH\n[ -f ~/state ] && . ~/state\nPATH=$path\n"

// shell runs commands and returns what they print. Exported variables and the folder
// last for the section, as in a terminal.
func (s *section) shell(block Block, script string) string {
	s.Helper()
	script = remembered + "set -e\ntrap 'status=$?; { export -p; printf \"cd %q\\n\" \"$PWD\"; } >~/state; exit $status' EXIT\n" + script
	ctx, cancel := context.WithTimeout(s.Context(), longest)
	defer cancel()
	command := exec.CommandContext(ctx, "bash", "-c", script)
	command.Dir, command.Env, command.WaitDelay = s.folder, s.environ(), time.Second
	began := time.Now()
	out, err := command.CombinedOutput()
	status := command.ProcessState.ExitCode()
	var exit *exec.ExitError
	if (err != nil && !errors.As(err, &exit)) || status != block.Exit {
		s.Fatalf("%s:%d: exit status %d, expected %d (%v)\n%s%s", s.document, block.Line, status, block.Exit, err, out, s.log())
	}
	s.Logf("%s:%d: in %d ms\n%s", s.document, block.Line, time.Since(began).Milliseconds(), out)
	return string(out)
}

func (s *section) environ() []string {
	var path []string
	for _, folder := range []string{s.python, os.Getenv(binaryVariable), s.options.Path, os.Getenv("PATH")} {
		if folder != "" {
			path = append(path, folder)
		}
	}
	// Some exporters write what is in a set, whose order changes with the seed.
	return append(os.Environ(), "PATH="+strings.Join(path, string(filepath.ListSeparator)), "HOME="+s.home, "PYTHONHASHSEED=0", "PYTHONDONTWRITEBYTECODE=1", "PYTHONWARNINGS=ignore", "COLUMNS=80")
}

// environment returns the bin folder of a Python environment.
func (s *section) environment(block Block) string {
	s.Helper()
	folder, err := filepath.Abs(filepath.Join(s.options.Environments, block.Python, "bin"))
	if err != nil {
		s.Fatal(err)
	}
	s.need(block, folder, "make installs it")
	return folder
}

// need skips the section aloud where something is missing, but not on CI, where it
// must be there.
func (s *section) need(block Block, path, from string) {
	s.Helper()
	if _, err := os.Stat(path); err == nil && filepath.IsAbs(path) {
		return
	}
	why := fmt.Sprintf("SKIPPED: %s:%d needs %s%s, which is not here; %s", s.document, block.Line, block.Python, block.Needs, from)
	if os.Getenv("CI") == "true" {
		s.Fatal(why)
	}
	s.Skip(why)
}

func (s *section) compare(block Block, printed string) {
	s.Helper()
	err := Compare(block.Text, printed, block.Digest)
	if err != nil && os.Getenv("README_UPDATE") == "true" {
		s.updates.note(block, printed)
		return
	}
	if err != nil {
		s.Errorf("%s:%d is not what is printed: %v\nprinted is\n%s%s", s.document, block.Line, err, printed, s.log())
	}
}

func TestServersAreFound(t *testing.T) {
	for line, server := range map[string]bool{
		"portent serve\n": true, "portent serve --model a\n": true, "A=b C=d portent serve\n": true, "go run ./cmd/portent serve\n": true, "docker run portent\n": true, "docker build .\n": false,
		"portent servery\n": false, "portent verify serve\n": false, "# portent serve\n": false, "echo portent serve\n": false,
	} {
		if got := serving.MatchString(line); got != server {
			t.Errorf("%q: %v", line, got)
		}
	}
	two := "portent serve \\\n  --model a \\\n  --rate 3\ncurl x\n"
	if at := serving.FindStringIndex(two); two[at[1]:] != "curl x\n" {
		t.Errorf("the line is taken to end before %q", two[at[1]:])
	}
}
