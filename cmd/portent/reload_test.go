package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFilesAreFollowed counts what is told of files that change and break, at
// ticks and when asked.
func TestFilesAreFollowed(t *testing.T) {
	var log bytes.Buffer
	var changed bool
	var failure error
	file := &followed{what: "the file", reload: func() (bool, error) { return changed, failure }}
	ticks, hangups := make(chan time.Time), make(chan os.Signal)
	steps := []struct {
		changed bool
		failure error
		asked   bool
		want    string
	}{
		{want: ""}, {asked: true, want: "have not changed"}, {changed: true, want: "read anew"}, {failure: errors.New("one"), want: "one"}, {failure: errors.New("one")},
		{failure: errors.New("one"), asked: true, want: "one"}, {failure: errors.New("two"), want: "goes on"}, {want: ""}, {failure: errors.New("two"), want: "two"},
	}
	for i, step := range steps {
		log.Reset()
		changed, failure = step.changed, step.failure
		ended := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			defer close(ended)
			reloadWhen(ctx, []*followed{file}, ticks, hangups, slog.New(slog.NewTextHandler(&log, nil)))
		}()
		if step.asked {
			hangups <- syscall.SIGHUP
		} else {
			ticks <- time.Time{}
		}
		cancel()
		<-ended
		if text := log.String(); !strings.Contains(text, step.want) || (text == "") != (step.want == "") {
			t.Errorf("step %d: %q, expected %q", i, text, step.want)
		}
	}
}
