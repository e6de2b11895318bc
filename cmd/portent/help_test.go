package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// commands are all that are run by name.
func commands() []*cobra.Command {
	return slices.DeleteFunc(newRoot(nil).Commands(), func(cmd *cobra.Command) bool { return cmd.HasSubCommands() && !cmd.Runnable() || cmd.Name() == "help" })
}

// TestHelpHasWhatPeopleNeed reads the help of every command.
func TestHelpHasWhatPeopleNeed(t *testing.T) {
	for _, cmd := range commands() {
		r := portent(t, nil, nil, cmd.Name(), "--help")
		if r.err != nil || cmd.Example == "" || !strings.Contains(r.stdout, "\nExamples:\n") || !strings.Contains(r.stdout, "portent "+cmd.Name()) {
			t.Errorf("%s: %v, no example in:\n%s", cmd.Name(), r.err, r.stdout)
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(r.stdout, " --"+f.Name) || f.Annotations[noVariable] == nil && !strings.Contains(r.stdout, "["+variableOf(f.Name)+"]") {
				t.Errorf("%s: nothing about --%s and its variable in:\n%s", cmd.Name(), f.Name, r.stdout)
			}
		})
		for line := range strings.Lines(r.stdout) {
			if len([]rune(line)) > helpColumns+1 {
				t.Errorf("%s: the line is too long: %s", cmd.Name(), line)
			}
		}
	}
}

// TestFlagsAreInGroups has every flag of serve in a group, and no group of what
// there is not.
func TestFlagsAreInGroups(t *testing.T) {
	var known []string
	for _, cmd := range commands() {
		groups := grouped(cmd)
		if cmd.Name() == "serve" && len(groups[titleOthers]) > 0 {
			t.Errorf("--%s of serve is in no group: see flagGroups", groups[titleOthers][0].Name)
		}
		known = append(known, flagsOf(cmd)...)
	}
	for _, g := range flagGroups {
		for _, name := range g.names {
			if g.title != "Everywhere" && !slices.Contains(known, name) {
				t.Errorf("the group %s has --%s, which no command has", g.title, name)
			}
		}
	}
}

// TestFlagsMeanTheSameEverywhere compares the types, shorthands and uses of flags
// that several commands have.
func TestFlagsMeanTheSameEverywhere(t *testing.T) {
	first := make(map[string]*pflag.Flag)
	differing := []string{"addr", "timeout", "tls-cert", flagOutput} // which health asks of a server, and whose values differ
	for _, cmd := range commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Annotations[noVariable] != nil && f.Name != flagOutput {
				return // what a measurement is asked for has a server's words
			}
			other, known := first[f.Name]
			if !known {
				first[f.Name] = f
				return
			}
			same := f.Usage == other.Usage || slices.Contains(differing, f.Name)
			if f.Shorthand != other.Shorthand || f.Value.Type() != other.Value.Type() || !same {
				t.Errorf("--%s of %s is not what it is elsewhere", f.Name, cmd.Name())
			}
		})
	}
}

func TestWrap(t *testing.T) {
	if got := wrap("one two  three four", 9); got != "one two\nthree\nfour" {
		t.Errorf("%q", got)
	}
	if got := wrap("overlong x", 3); got != "overlong\nx" {
		t.Errorf("%q", got)
	}
}
