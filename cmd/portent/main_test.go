package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portent-go/portent/test/servertest"
)

const modelFolder = "../../model"

// result is what a run of the program printed and returned.
type result struct {
	stdout, stderr string
	err            error
}

// portent runs the program to its end.
func portent(t *testing.T, environ []string, stdin io.Reader, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err := run(t.Context(), args, environ, stdin, &stdout, &stderr)
	return result{stdout.String(), stderr.String(), err}
}

// server is a program that serves.
type server struct {
	url    string
	grpc   string // host:port
	admin  string // host:port; empty if it is off
	stop   context.CancelFunc
	done   chan error
	stderr *bytes.Buffer // to be read after done only
}

// serveModel starts the program on a free port and waits for its banner.
func serveModel(t *testing.T, args ...string) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	stdout, banner := io.Pipe()
	s := &server{stop: cancel, done: make(chan error, 1), stderr: &bytes.Buffer{}}
	go func() {
		err := run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0", "--grpc-addr", "127.0.0.1:0"}, args...), nil, nil, banner, s.stderr)
		s.done <- errors.Join(err, banner.Close())
	}()
	lines := bufio.NewReader(stdout)
	told, complete := servertest.ReadBanner(lines)
	if !complete {
		t.Fatalf("the banner has no end:\n%s\n%v\n%s", told.Text, <-s.done, s.stderr)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	s.url, s.grpc, s.admin = told.URL, told.GRPC, told.Admin
	t.Cleanup(func() {
		cancel()
		http.DefaultClient.CloseIdleConnections()
	})
	return s
}

func (s *server) get(t *testing.T, path string, header ...string) (int, string) {
	t.Helper()
	return s.send(t, http.MethodGet, path, nil, header...)
}

func (s *server) post(t *testing.T, path, contentType string, body []byte) (int, string) {
	t.Helper()
	return s.send(t, http.MethodPost, path, body, "Content-Type", contentType)
}

func (s *server) send(t *testing.T, method, path string, body []byte, header ...string) (int, string) {
	t.Helper()
	response, answer, err := exchange(t, http.DefaultClient, method, s.url+path, body, header...)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer
}

// exchange sends a request with headers, each a name and a value, and reads the answer.
func exchange(t *testing.T, client *http.Client, method, url string, body []byte, header ...string) (*http.Response, string, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response, string(answer), err
}

func readFile(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestHelpAndVersion(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"version"}, "portent version "},
		{[]string{"--version"}, "portent version "},
		{[]string{"--help"}, "serve"},
		{[]string{}, "portent COMMAND --help"},
		{[]string{"help", "predict"}, "portent predict INPUT..."},
		{[]string{"serve", "--help"}, "PORTENT_MAX_BODY"},
	} {
		if r := portent(t, nil, nil, test.args...); r.err != nil || !strings.Contains(r.stdout, test.want) {
			t.Errorf("%v: %v, %s", test.args, r.err, r.stdout)
		}
	}
}

func TestMistakesAreExplained(t *testing.T) {
	for _, test := range []struct {
		name    string
		environ []string
		args    []string
		want    []string
	}{
		{"unknown command", nil, []string{"sreve"}, []string{"sreve: is no command of portent", "did you mean serve?"}},
		{"other name of a command", nil, []string{"classify"}, []string{"did you mean predict?"}},
		{"help for no command", nil, []string{"help", "sreve"}, []string{"did you mean serve?"}},
		{"unlike any command", nil, []string{"fly"}, []string{"expected: ", "inspect, predict, serve", "portent --help"}},
		{"unknown flag", nil, []string{"serve", "--tiemout", "1"}, []string{"--tiemout: is no flag of portent serve", "did you mean --timeout?"}},
		{"other name of a flag", nil, []string{"serve", "--port", "1"}, []string{"--port", "did you mean --addr?"}},
		{"unlike any flag", nil, []string{"serve", "--frobnicate"}, []string{"--frobnicate", "portent serve --help"}},
		{"unknown letter", nil, []string{"serve", "-Z"}, []string{"-Z: is no flag"}},
		{"flag without a value", nil, []string{"serve", "--timeout"}, []string{"--timeout: needs a value", "such as 500ms"}},
		{"bad number", nil, []string{"serve", "--workers", "many"}, []string{`--workers: "many" does not fit`, "a whole number"}},
		{"large number", nil, []string{"serve", "--workers", "99999999999999999999"}, []string{"out of range"}},
		{"bad colour", nil, []string{"version", "--color", "red"}, []string{"--color: red", "auto, always, never"}},
		{"an argument", nil, []string{"serve", "my-model"}, []string{"my-model: portent serve takes flags only", "--model my-model"}},
		{"two models", nil, []string{"inspect", "a", "b"}, []string{"b: portent inspect takes one model"}},
		{"nearly a variable", []string{"PORTENT_MODELZ=1"}, []string{"serve"}, []string{"PORTENT_MODELZ: is not a setting", "did you mean PORTENT_MODEL or PORTENT_MODELS?"}},
		{"unknown variable", []string{"PORTENT_PORT=1"}, []string{"serve"}, []string{"PORTENT_PORT", "PORTENT_ADDR"}},
		{"bad variable", []string{"PORTENT_TIMEOUT=soon"}, []string{"serve"}, []string{"PORTENT_TIMEOUT", "soon"}},
		{"bad level", nil, []string{"serve", "--log-level", "loud"}, []string{"--log-level", "loud"}},
		{"bad format", nil, []string{"serve", "--log-format", "xml"}, []string{"--log-format", "xml"}},
		{"bad address", nil, []string{"serve", "--addr", "nowhere:x"}, []string{"--addr nowhere:x", "cannot listen"}},
		{"no model", nil, []string{"serve", "--model", "nowhere"}, []string{"nowhere", "no such file", "hint"}},
		{"no input", nil, []string{"predict"}, []string{"no input"}},
		{"bad output", nil, []string{"predict", "--output", "xml", "x"}, []string{"--output", "xml", "jsonl"}},
		{"no server", nil, []string{"health", "--addr", "127.0.0.1:1"}, []string{"no server answers"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := portent(t, test.environ, nil, test.args...)
			if r.err == nil {
				t.Fatal("accepted")
			}
			if strings.Count(r.stderr, "\n  hint: ") != 1 || !strings.HasPrefix(r.stderr, "portent: ") {
				t.Errorf("%q is not an error in its parts", r.stderr)
			}
			for _, want := range test.want {
				if !strings.Contains(r.stderr, want) {
					t.Errorf("%q does not say %q", r.stderr, want)
				}
			}
		})
	}
}

func TestVariablesAreSettings(t *testing.T) {
	r := portent(t, []string{"PORTENT_OUTPUT=csv", "PORTENT_TOP_K=1", "PATH=/bin"}, nil, "predict", filepath.Join(modelFolder, "samples", "cat.png"))
	if r.err != nil || len(strings.Split(strings.TrimSpace(r.stdout), "\n")) != 2 || !strings.Contains(r.stdout, ",cat,") {
		t.Errorf("%v\n%s%s", r.err, r.stdout, r.stderr)
	}
	// A flag wins over its variable.
	r = portent(t, []string{"PORTENT_OUTPUT=csv"}, nil, "predict", "--output", "jsonl", filepath.Join(modelFolder, "samples", "cat.png"))
	if r.err != nil || !strings.HasPrefix(r.stdout, "{") {
		t.Errorf("%v\n%s%s", r.err, r.stdout, r.stderr)
	}
}
