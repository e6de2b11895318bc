package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/portent-go/portent/cmd/portent/internal/term"
)

// flagGroup is flags that belong together, wherever they are.
type flagGroup struct {
	title string
	names []string
}

// flagGroups are the groups in the order in which help has them.
var flagGroups = []flagGroup{
	{"Inputs and answers", []string{"files-from", "recursive", "top-k", "output", "plan", "quiet"}},
	{"Model", []string{"model", "model-name", "models", "default-model", "poll", "tolerance"}},
	{"Network", []string{"addr", "grpc-addr", "max-connections", "drain-delay", "grace"}},
	{"Limits", []string{"timeout", "queue", "max-body", "max-batch", "max-pixels", "rate", "burst", "max-memory"}},
	{"Security", []string{"tls-cert", "tls-key", "tls-client-ca", "token-file", "cors-origin"}},
	{"Observing", []string{"admin-addr", "log-level", "log-format", "log-burst"}},
	{"Engine", []string{"engine", "workers", "threads", "isa", "batch", "batch-delay"}},
	{"Other servers as the engine", []string{"endpoint", "remote-model", "remote-version", "endpoint-token-file", "endpoint-ca", "endpoint-cert", "endpoint-key"}},
	{titleOthers, nil},
	{"Everywhere", []string{flagColor, "help", "version"}},
}

// titleOthers is the group of what is in none.
const titleOthers = "Flags"

// grouped returns a command's flags by their groups' titles.
func grouped(cmd *cobra.Command) map[string][]*pflag.Flag {
	groups := make(map[string][]*pflag.Flag)
	add := func(f *pflag.Flag) {
		title := titleOthers
		for _, g := range flagGroups {
			if slices.Contains(g.names, f.Name) && f.Annotations[noVariable] == nil {
				title = g.title
			}
		}
		if !f.Hidden {
			groups[title] = append(groups[title], f)
		}
	}
	cmd.LocalFlags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	for _, g := range flagGroups {
		slices.SortStableFunc(groups[g.title], func(a, b *pflag.Flag) int { return slices.Index(g.names, a.Name) - slices.Index(g.names, b.Name) })
	}
	return groups
}

// newHelp returns the command that shows help, whatever the environment holds.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:               "help [COMMAND]",
		Short:             "Show the help of a command",
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE: func(cmd *cobra.Command, args []string) error {
			of, _, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			return of.Help()
		},
	}
}

const annotationStatus = "exit status"

// statuses notes a command's exit statuses, for its help.
func statuses(lines ...string) map[string]string {
	return map[string]string{annotationStatus: strings.Join(lines, "\n")}
}

// helpColumns is how wide help is at most, and where there is no terminal.
const helpColumns = 100

// showHelp writes a command's help.
func showHelp(cmd *cobra.Command, _ []string) {
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	s := screenOf(cmd, cmd.OutOrStdout())
	title := func(text string) { fmt.Fprintf(s, "\n%s\n", s.Paint(term.Strong, text+":")) }
	fmt.Fprintln(s, cmd.Short)
	title("Usage")
	fmt.Fprintln(s, "  "+usageLine(cmd))
	if cmd.Long != "" {
		fmt.Fprintf(s, "\n%s\n", cmd.Long)
	}
	if cmd.Example != "" {
		title("Examples")
		fmt.Fprintln(s, s.Paint(term.Link, cmd.Example))
	}
	if commands := availableCommands(cmd); len(commands) > 0 {
		title("Commands")
		columns := term.NewColumns("lll")
		columns.Widen(1, 10)
		for _, sub := range commands {
			fmt.Fprintln(s, columns.Line("", s.Paint(term.Strong, sub.Name()), sub.Short))
		}
	}
	groups := grouped(cmd)
	for _, g := range flagGroups {
		if len(groups[g.title]) > 0 {
			title(g.title)
			writeFlags(s, groups[g.title])
		}
	}
	if text := cmd.Annotations[annotationStatus]; text != "" {
		title("Exit status")
		fmt.Fprintln(s, "  "+strings.ReplaceAll(text, "\n", "\n  "))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(s, "\n%s COMMAND --help says more about a command.\n", cmd.CommandPath())
	}
}

func usageLine(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() && !cmd.Runnable() {
		return cmd.CommandPath() + " COMMAND [flags]"
	}
	return cmd.UseLine()
}

func availableCommands(cmd *cobra.Command) (list []*cobra.Command) {
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			list = append(list, sub)
		}
	}
	return list
}

// writeFlags writes flags with what they do beside them, and the variable that
// sets each.
func writeFlags(s *term.Screen, flags []*pflag.Flag) {
	columns := helpColumns
	if s.Columns() > 0 {
		columns = min(columns, s.Columns())
	}
	const indent = 32
	margin := "\n" + strings.Repeat(" ", indent)
	for _, f := range flags {
		name, usage := flagText(f)
		text := wrap(usage, max(columns-indent, 30))
		if variable := f.Annotations[annotationVariable]; len(variable) > 0 {
			last := text[strings.LastIndex(text, "\n")+1:]
			separator := " "
			if len(last)+3+len(variable[0]) > columns-indent {
				separator = "\n"
			}
			text += separator + s.Paint(term.Faint, "["+variable[0]+"]")
		}
		lead := term.Pad(s.Paint(term.Strong, name), indent)
		if len(name) > indent-2 {
			lead = s.Paint(term.Strong, name) + margin
		}
		fmt.Fprintln(s, lead+strings.ReplaceAll(text, "\n", margin))
	}
}

// flagText returns how a flag is written, and what it does.
func flagText(f *pflag.Flag) (name, usage string) {
	value, usage := pflag.UnquoteUsage(f)
	name = "      --" + f.Name
	if f.Shorthand != "" {
		name = "  -" + f.Shorthand + ", --" + f.Name
	}
	if value != "" {
		name += " " + value
	}
	nothing := []string{"", "0", "0s", "false", "[]"}
	if !slices.Contains(nothing, f.DefValue) && !strings.Contains(usage, "(default") {
		usage += " (default " + f.DefValue + ")"
	}
	return name, usage
}

// wrap breaks a text into lines of so many columns, between words.
func wrap(text string, columns int) string {
	var lines strings.Builder
	at := 0
	for i, word := range strings.Fields(text) {
		width := term.Width(word)
		switch {
		case i == 0:
		case at+1+width > columns:
			lines.WriteByte('\n')
			at = 0
		default:
			lines.WriteByte(' ')
			at++
		}
		lines.WriteString(word)
		at += width
	}
	return lines.String()
}
