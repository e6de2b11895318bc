//go:build image

package image_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/test/internal/docker"
)

const (
	name        = "localhost/portent-test"
	maxSize     = 30_000_000 // bytes
	stopsWithin = 5 * time.Second
	root        = "../.."
)

// TestImage builds the image once and asks everything of it.
func TestImage(t *testing.T) {
	tool := tool(filepath.Join(docker.Folder(t), "docker"))
	tool.build(t)
	t.Run("holds the binary and nothing else", func(t *testing.T) { onlyTheBinary(t, tool) })
	t.Run("says how it is to be run", func(t *testing.T) { configuration(t, tool) })
	t.Run("serves", func(t *testing.T) { serves(t, tool) })
	t.Run("needs nothing and tells nobody", func(t *testing.T) { confined(t, tool) })
	t.Run("starts at once", func(t *testing.T) { startsAtOnce(t, tool) })
}

// serves starts a container, predicts, checks its health and stops it.
func serves(t *testing.T, tool tool) {
	addr := freeAddr(t)
	start := time.Now()
	container := tool.start(t, addr)
	waitReady(t, "http://"+addr+"/readyz", container)
	t.Logf("ready %d ms after the container was started", time.Since(start).Milliseconds())

	if label := predict(t, "http://"+addr+"/predict"); label != "ship" {
		t.Errorf("the sample ship is taken for a %q", label)
	}
	swagger(t, "http://"+addr+"/swagger/")
	if user := container.user(t); user != "65532" {
		t.Errorf("the process runs as user %s", user)
	}
	check := append(tool.inspect(t).healthCheck(), "--addr", addr)
	if out, err := tool.run(check...); err != nil {
		t.Errorf("the health check fails: %v: %s", err, out)
	}
	if out, err := tool.run("/bin/sh", "-c", "true"); err == nil {
		t.Errorf("there is a shell: %s", out)
	}
	began := time.Now()
	if err := container.stop(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, container.log)
	}
	took := time.Since(began)
	t.Logf("stopped %d ms after SIGTERM, exit status 0", took.Milliseconds())
	if took > stopsWithin {
		t.Errorf("it took %v to stop", took)
	}
}

func configuration(t *testing.T, tool tool) {
	c := tool.inspect(t)
	if c.User != "65532:65532" || !slices.Equal(c.Entrypoint, []string{"/portent"}) || !slices.Equal(c.Cmd, []string{"serve"}) {
		t.Errorf("user %q, entry point %q, command %q", c.User, c.Entrypoint, c.Cmd)
	}
	if check := c.healthCheck(); !slices.Equal(check, []string{"/portent", "health"}) || c.StopSignal != "SIGTERM" {
		t.Errorf("health check %q, stop signal %q", check, c.StopSignal)
	}
	if _, ok := c.ExposedPorts["8000/tcp"]; !ok || c.Labels["org.opencontainers.image.licenses"] != "Apache-2.0" {
		t.Errorf("ports %v, labels %v", c.ExposedPorts, c.Labels)
	}
}

func onlyTheBinary(t *testing.T, tool tool) {
	files, size := tool.files(t)
	t.Logf("%d bytes in %v", size, files)
	if !slices.Equal(files, []string{"portent"}) {
		t.Errorf("the image holds %v", files)
	}
	if size > maxSize {
		t.Errorf("the image takes %d bytes, more than %d", size, maxSize)
	}
}

// config is the part of an image's configuration that matters here.
type config struct {
	User         string
	Entrypoint   []string
	Cmd          []string
	ExposedPorts map[string]struct{}
	Labels       map[string]string
	Healthcheck  struct{ Test []string }
	StopSignal   string
}

// healthCheck returns the command that tells whether a container is well.
func (c config) healthCheck() []string {
	if len(c.Healthcheck.Test) == 0 || c.Healthcheck.Test[0] != "CMD" {
		return nil
	}
	return slices.Clone(c.Healthcheck.Test[1:])
}

// container is a started server.
type container struct {
	tool    tool
	id      string // a file that holds it
	command *exec.Cmd
	log     *bytes.Buffer
	done    chan error
}

// launch runs a container in the foreground, in the machine's own network.
func (d tool) launch(t *testing.T, options []string, args ...string) *container {
	t.Helper()
	c := &container{tool: d, id: filepath.Join(t.TempDir(), "id"), log: &bytes.Buffer{}, done: make(chan error, 1)}
	options = append([]string{"run", "--rm", "--cidfile", c.id, "--network", "host"}, options...)
	c.command = exec.Command(string(d), append(append(options, name), args...)...)
	c.command.Stdout, c.command.Stderr = c.log, c.log
	if err := c.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { c.done <- c.command.Wait() }()
	t.Cleanup(func() {
		if id := c.name(); id != "" {
			_ = exec.Command(string(d), "rm", "--force", id).Run() // it may have ended
		}
		_ = c.command.Process.Kill()
	})
	return c
}

// name returns the container's id; empty before it has one.
func (c *container) name() string {
	id, _ := os.ReadFile(c.id)
	return string(id)
}

// server returns the process in the container; 0 if there is none.
func (c *container) server() (process int) {
	out, err := exec.Command(string(c.tool), "inspect", "--format", "{{.State.Pid}}", c.name()).Output()
	if err != nil {
		return 0 // it has ended
	}
	_, _ = fmt.Sscan(string(out), &process)
	return process
}

func (c *container) user(t *testing.T) string {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.server()))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "Uid:" {
			return fields[1]
		}
	}
	return "unknown"
}

// stop sends SIGTERM to the server and waits for the command's end.
func (c *container) stop() error {
	if out, err := exec.Command(string(c.tool), "kill", "--signal", "TERM", c.name()).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	select {
	case err := <-c.done:
		return err
	case <-time.After(2 * stopsWithin):
		return fmt.Errorf("it does not stop")
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// waitReady asks until the server is ready or its command has ended.
func waitReady(t *testing.T, url string, c *container) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-c.done:
			t.Fatalf("the server ended: %v\n%s", err, c.log)
		case <-ctx.Done():
			t.Fatalf("not ready: %v\n%s", err, c.log)
		case <-tick.C:
		}
	}
}

// swagger asks for Swagger UI and all that its page asks for.
func swagger(t *testing.T, folder string) {
	t.Helper()
	page := get(t, folder+"index.html")
	assets := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllSubmatch(page, -1)
	if len(assets) < 3 {
		t.Errorf("Swagger UI's page names %d files", len(assets))
	}
	for _, asset := range assets {
		if len(get(t, folder+string(asset[1]))) == 0 {
			t.Errorf("%s is empty", asset[1])
		}
	}
}

func get(t *testing.T, url string) []byte {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("GET %s: %s, %v", url, response.Status, err)
	}
	return body
}

// predict posts the sample of a ship and returns the answer's label.
func predict(t *testing.T, url string) string {
	t.Helper()
	picture, err := os.ReadFile(filepath.Join(root, "model", "samples", "ship.png"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(url, "image/png", bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ Label string }
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return answer.Label
}
