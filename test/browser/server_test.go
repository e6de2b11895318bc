//go:build browser

package browser_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/portent-go/portent/test/servertest"
)

const root = "../.."

// What all tests share: the program, and a browser in which each has a tab.
var (
	portent string
	browser context.Context // nil: there is no browser
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "portent-browser")
	if err == nil {
		defer func() { _ = os.RemoveAll(folder) }()
		portent = filepath.Join(folder, "portent")
		build := exec.Command("go", "build", "-o", portent, "./cmd/portent")
		build.Dir, build.Stderr = root, os.Stderr
		err = build.Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if path := find(); path != "" {
		options := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(filepath.Join(folder, "profile")),
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("use-fake-device-for-media-stream", true),
			chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.WindowSize(1280, 1000))
		allocator, endBrowser := chromedp.NewExecAllocator(context.Background(), options...)
		defer endBrowser()
		tab, closeTab := chromedp.NewContext(allocator)
		defer closeTab()
		if err := chromedp.Run(tab); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		browser = tab
	}
	return m.Run()
}

// find returns a browser, if there is one.
func find() string {
	for _, name := range []string{"chromium", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// server is the program, as it serves.
type server struct {
	*servertest.Server
	args []string
}

// serve starts the program on a free port.
func serve(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{args: args}
	s.start(t, "127.0.0.1:0")
	return s
}

func (s *server) start(t *testing.T, address string) {
	t.Helper()
	s.Server = servertest.Start(t, exec.Command(portent, append([]string{"serve", "--addr", address, "--grpc-addr", "off"}, s.args...)...))
}

// again starts it where it was.
func (s *server) again(t *testing.T) {
	t.Helper()
	s.start(t, strings.TrimPrefix(s.URL, "http://"))
}
