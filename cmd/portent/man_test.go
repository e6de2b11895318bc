package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "write docs/man/portent.1 anew")

const manPageFile = "../../docs/man/portent.1"

// TestManPageIsFresh compares the manual page with the commands, or writes it.
func TestManPageIsFresh(t *testing.T) {
	page := manPage(newRoot(nil))
	if *update {
		if err := os.WriteFile(manPageFile, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if written := readFile(t, manPageFile); !bytes.Equal(written, page) {
		t.Error("docs/man/portent.1 is not fresh: go generate ./cmd/portent")
	}
}

// page writes a manual page in the macros of man(7).
type page struct{ bytes.Buffer }

// escape returns a text as troff takes it: nothing in it is a request.
func escape(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

// text writes paragraphs.
func (p *page) text(text string) {
	for i, paragraph := range strings.Split(text, "\n\n") {
		if i > 0 {
			p.line(".PP")
		}
		for line := range strings.SplitSeq(paragraph, "\n") {
			p.line("%s", escape(line))
		}
	}
}

// verbatim writes lines as they are.
func (p *page) verbatim(text string) {
	p.line(".EX")
	for line := range strings.SplitSeq(text, "\n") {
		p.line("%s", escape(line))
	}
	p.line(".EE")
}

func (p *page) flags(flags []*pflag.Flag) {
	for _, f := range flags {
		name, usage := flagText(f)
		p.line(".TP\n.B %s", escape(strings.TrimSpace(name)))
		p.line("%s", escape(usage))
		if variable := f.Annotations[annotationVariable]; len(variable) > 0 {
			p.line(".RB [ %s ]", variable[0])
		}
	}
}

func (p *page) command(cmd *cobra.Command) {
	p.line(".SS %s", escape(usageLine(cmd)))
	p.text(cmd.Short + ".")
	if cmd.Long != "" {
		p.line(".PP")
		p.text(cmd.Long)
	}
	groups := grouped(cmd)
	for _, g := range flagGroups {
		if everywhere := g.title == "Everywhere"; len(groups[g.title]) > 0 && !everywhere {
			p.line(".PP\n.I %s", escape(g.title))
			p.flags(groups[g.title])
		}
	}
	if text := cmd.Annotations[annotationStatus]; text != "" {
		p.line(".PP\n.I Exit status\n.PP")
		p.verbatim(text)
	}
	if cmd.Example != "" {
		p.line(".PP\n.I Examples\n.PP")
		p.verbatim(cmd.Example)
	}
}

// manPage returns the program's manual page, which is made of its help.
func manPage(root *cobra.Command) []byte {
	root.InitDefaultHelpFlag()
	root.InitDefaultVersionFlag()
	root.InitDefaultCompletionCmd()
	var p page
	p.line(`.\" Generated from the commands' help by "go generate ./cmd/portent". DO NOT EDIT.`)
	p.line(`.TH PORTENT 1 "" "Portent" "User Commands"`)
	p.line(".SH NAME\nportent \\- serve a trained model")
	p.line(".SH SYNOPSIS\n.B portent\n.I COMMAND\n.RI [ flags ]")
	p.line(".SH DESCRIPTION")
	p.text(root.Long)
	p.line(".SH OPTIONS\nThese are for every command, but for \\fB\\-\\-version\\fR, which stands alone.")
	p.flags(grouped(root)["Everywhere"])
	p.line(".SH COMMANDS")
	for _, cmd := range availableCommands(root) {
		if cmd.Name() == completionCommand { // for each of the shells
			p.line(".SS portent %s", cmd.Name())
			p.text(cmd.Short + ".")
			for _, shell := range cmd.Commands() {
				p.line(".TP\n.B portent %s %s", cmd.Name(), shell.Name())
				p.text(shell.Short + ".")
			}
			continue
		}
		p.command(cmd)
		for _, sub := range availableCommands(cmd) {
			p.command(sub)
		}
	}
	p.line(".SH ENVIRONMENT\nA variable of Portent's is named in brackets beside the flag that it stands for. The flag wins. One that is no setting is an error.")
	p.line(".TP\n.B NO_COLOR\nset to anything: no colours, unless \\fB\\-\\-color always\\fR says otherwise")
	p.line(".TP\n.B GOMAXPROCS, GOMEMLIMIT\nhow many cores are used, and how much memory before it is collected harder; both follow the container's limits on their own")
	p.line(".TP\n.B OTEL_...\nwhere traces go, as OpenTelemetry has it; nowhere without them")
	p.line(".SH EXIT STATUS")
	p.verbatim(root.Annotations[annotationStatus])
	p.line(".SH EXAMPLES")
	p.verbatim(root.Example)
	return p.Bytes()
}
