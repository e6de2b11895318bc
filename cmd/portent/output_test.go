//go:build linux

package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/test/servertest"
)

// TestServesWithoutALog has the log go where it cannot be written. The server must
// answer more requests than any buffer has room for lines, and end well.
func TestServesWithoutALog(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) *os.File{"a full disk": fullDisk, "nobody": nobody, "a reader that hangs": hangingReader} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "serve", "--addr", "127.0.0.1:0", "--grpc-addr", "off", "--log-level", "debug")
			cmd.Env, cmd.Stderr = append(os.Environ(), asProgram+"=1"), open(t)
			server := servertest.Start(t, cmd)
			path := "/" + strings.Repeat("x", 1000) // which the line holds
			client := http.Client{Timeout: time.Minute}
			for range 200 {
				response, err := client.Get(server.URL + path)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
			}
		})
	}
}

func fullDisk(t *testing.T) *os.File { return toWrite(os.OpenFile("/dev/full", os.O_WRONLY, 0))(t) }

func toWrite(file *os.File, err error) func(*testing.T) *os.File {
	return func(t *testing.T) *os.File {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = file.Close() })
		return file
	}
}

func nobody(t *testing.T) *os.File {
	reader, writer, err := os.Pipe()
	if err == nil {
		err = reader.Close()
	}
	return toWrite(writer, err)(t)
}

func hangingReader(t *testing.T) *os.File {
	reader, writer, err := os.Pipe()
	t.Cleanup(func() { _ = reader.Close() })
	return toWrite(writer, err)(t)
}

// brokenOutput cannot be written to, and says when that was tried.
type brokenOutput struct{ tried context.CancelFunc }

func (b brokenOutput) Write([]byte) (int, error) {
	b.tried()
	return 0, errors.New("no space left on device")
}

func TestServesWithoutABanner(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var stderr strings.Builder
	if err := run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--grpc-addr", "off"}, nil, nil, brokenOutput{stop}, &stderr); err != nil {
		t.Error(err)
	}
	if log := stderr.String(); !strings.Contains(log, "the banner cannot be written") || !strings.Contains(log, "stopped") {
		t.Errorf("the log: %s", log)
	}
}
