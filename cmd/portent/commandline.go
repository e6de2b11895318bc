package main

import "github.com/spf13/pflag"

// noVariable marks a flag that no variable sets.
const noVariable = "no variable"

// commandLineOnly marks flags that no variable sets: those of commands that people
// run, which would else take what is meant for a server's flag of the same name.
func commandLineOnly(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) { f.Annotations = map[string][]string{noVariable: {}} })
}
