package main

import (
	"runtime"
	"testing"
)

func TestReadPromptlyLeavesAGoroutineForTheNetwork(t *testing.T) {
	t.Setenv("GOMAXPROCS", "")
	before := runtime.GOMAXPROCS(0)
	restore := readPromptly()
	if during := runtime.GOMAXPROCS(0); during != before+1 {
		t.Errorf("%d goroutines run at once while serving, expected %d", during, before+1)
	}
	restore()
	if after := runtime.GOMAXPROCS(0); after != before {
		t.Errorf("%d goroutines run at once afterwards, expected %d", after, before)
	}
}

func TestReadPromptlyLeavesTheEnvironmentsChoice(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	t.Setenv("GOMAXPROCS", "1")
	defer readPromptly()()
	if during := runtime.GOMAXPROCS(0); during != before {
		t.Errorf("%d goroutines run at once, expected %d as before", during, before)
	}
}
