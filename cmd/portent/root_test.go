package main

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestNobodyReadsTheLastError: a pipe whose reader hangs is no reason not to end.
func TestNobodyReadsTheLastError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		goOn, failure := make(chan struct{}), errors.New("boom")
		defer close(goOn)
		root := newRoot(nil)
		root.SetContext(withEnviron(t.Context(), nil))
		root.SetErr(writing(func([]byte) { <-goOn }))
		start := time.Now()
		if err := tellSoon(root, failure); !errors.Is(err, failure) || !errors.Is(err, errTold) {
			t.Error(err)
		}
		if took := time.Since(start); took != lastWords {
			t.Errorf("it took %v", took)
		}
	})
}
