package micro

import (
	"fmt"
	"strings"
)

// Available returns the sets that this processor can run, the fastest first. The
// last one is always "generic".
func Available() []*Set { return available() }

// Pause tells the processor that its thread waits in a loop.
func Pause() { pause() }

// Generic returns the set that every processor can run.
func Generic() *Set { return generic }

// Choose returns the set of a name, or the fastest where the name is empty. A
// set that this processor or this build does not have is an error.
func Choose(name string) (*Set, error) {
	sets := available()
	if name == "" {
		return sets[0], nil
	}
	names := make([]string, len(sets))
	for i, s := range sets {
		if s.Name == name {
			return s, nil
		}
		names[i] = s.Name
	}
	return nil, fmt.Errorf("there is no instruction set %q here, expected one of %s", name, strings.Join(names, ", "))
}
