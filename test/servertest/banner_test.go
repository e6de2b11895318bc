package servertest

import (
	"bufio"
	"io"
	"strings"
	"testing"
)

const complete = `portent v1 serves m, version 1

  model      m
  ready      in 5 ms

  inference  https://localhost:1/v2
  grpc       [::1]:2
  admin      localhost:3
  stop       Ctrl+C
`

func TestReadBanner(t *testing.T) {
	lines := bufio.NewReader(strings.NewReader(complete + "\n"))
	got, ready := ReadBanner(lines)
	if want := (Banner{complete, "https://localhost:1", "[::1]:2", "localhost:3"}); got != want || !ready {
		t.Errorf("%+v, ready %v", got, ready)
	}
	if rest, err := io.ReadAll(lines); string(rest) != "\n" || err != nil {
		t.Errorf("%q is left, %v", rest, err)
	}
	cut := strings.TrimSuffix(complete, "  stop       Ctrl+C\n")
	if got, ready := ReadBanner(bufio.NewReader(strings.NewReader(cut))); ready || got.Text != cut {
		t.Errorf("ready without its last line: %+v", got)
	}
}
