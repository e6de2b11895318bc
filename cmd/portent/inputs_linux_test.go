package main

import (
	"slices"
	"syscall"
	"testing"
)

// A pipe that nobody writes to has no end.
func TestPipesInFoldersAreNotWaitedFor(t *testing.T) {
	t.Chdir(tree(t))
	if err := syscall.Mkfifo("pipe.png", 0o600); err != nil {
		t.Fatal(err)
	}
	if got, want := namesIn(answersOf(t, nil, ".")), []string{"a.PNG", "b.png"}; !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
}
