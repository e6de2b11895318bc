package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// Server is a program that answers POST /predict.
type Server struct {
	Name        string
	Bodies      []Body // that it takes
	Program     func(port string) []string
	Environment []string
	Binary      string // path of the program, if it is one file
	Empty       bool   // its answers mean nothing
}

// running is a started server.
type running struct {
	Server
	url     string
	command *exec.Cmd
	log     bytes.Buffer
	ended   chan struct{} // closed when the process has ended
	start   time.Duration // until the first answer
	starts  []float64     // the same of all starts, in seconds
}

// patience is how long a server may take to start or to stop.
const patience = time.Minute

// run starts a server and waits for its first answer. It ends with the context.
func (s Server) run(ctx context.Context) (*running, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	program := s.Program(port)
	r := &running{Server: s, url: "http://127.0.0.1:" + port + "/predict", ended: make(chan struct{})}
	r.command = exec.CommandContext(ctx, program[0], program[1:]...)                     //nolint:gosec // a server is whatever program it is
	r.command.Cancel = func() error { return r.command.Process.Signal(syscall.SIGTERM) } // reaches its children too
	r.command.WaitDelay = patience
	r.command.Env = append(os.Environ(), s.Environment...)
	r.command.Stdout, r.command.Stderr = &r.log, &r.log
	start := time.Now()
	if err := r.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(r.ended)
		_ = r.command.Wait() // how it ended is in its log
	}()
	if err := r.firstAnswer(ctx); err != nil {
		r.stop()
		return nil, fmt.Errorf("no answer after %v: %w: %s", time.Since(start).Round(time.Second), err, bytes.TrimSpace(r.log.Bytes()))
	}
	r.start = time.Since(start)
	return r, nil
}

// freePort returns a port that nobody listens on.
func freePort(ctx context.Context) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port), nil
}

// firstAnswer asks until there is an answer.
func (r *running) firstAnswer(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		_, err := ask(ctx, r.url, r.Bodies[0])
		if err == nil {
			return nil
		}
		select {
		case <-r.ended:
			return errors.New("the server has ended")
		case <-ctx.Done():
			return err
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// ask makes one request and returns the probabilities in the answer.
func ask(ctx context.Context, url string, body Body) ([]float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body.Data))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", body.ContentType)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", response.Status, text)
	}
	var answer struct{ Probabilities []float64 }
	return answer.Probabilities, json.Unmarshal(text, &answer)
}

// stop ends the server.
func (r *running) stop() {
	_ = r.command.Cancel()
	select {
	case <-r.ended:
	case <-time.After(patience):
		_ = r.command.Process.Kill()
	}
}
