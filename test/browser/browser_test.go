//go:build browser

package browser_test

import (
	"bufio"
	"cmp"
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const root = "../.."

// serve builds and starts the program and returns where it listens.
func serve(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "portent")
	build := exec.Command("go", "build", "-o", binary, "./cmd/portent")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	server := exec.Command(binary, "serve", "--addr", "127.0.0.1:0")
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt)
		_ = server.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if name, page, ok := strings.Cut(strings.TrimSpace(lines.Text()), " "); ok && name == "browse" {
			go func() {
				for lines.Scan() { // a full pipe would block the server
				}
			}()
			return strings.TrimSuffix(strings.TrimSpace(page), "/swagger/index.html")
		}
	}
	t.Fatal("the banner names no address")
	return ""
}

// page is a tab of a browser, and what it asked for and complained of.
type page struct {
	ctx       context.Context
	mu        sync.Mutex
	asked     []string
	complaint []string
}

// find returns a browser. On CI there must be one.
func find(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const why = "SKIPPED: there is no chromium, so the pages are not tested"
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
	return ""
}

func open(t *testing.T) *page {
	t.Helper()
	browser := find(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WindowSize(1280, 1600))
	allocator, cancelAllocator := chromedp.NewExecAllocator(t.Context(), options...)
	tab, cancelTab := chromedp.NewContext(allocator)
	ctx, cancel := context.WithTimeout(tab, 2*time.Minute)
	t.Cleanup(func() { cancel(); cancelTab(); cancelAllocator() })
	p := &page{ctx: ctx}
	chromedp.ListenTarget(ctx, p.note)
	return p
}

func (p *page) note(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.asked = append(p.asked, e.Request.URL)
	case *runtime.EventExceptionThrown:
		p.complaint = append(p.complaint, e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeAssert {
			p.complaint = append(p.complaint, text(e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError {
			p.complaint = append(p.complaint, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// text is what a page wrote to its console.
func text(arguments []*runtime.RemoteObject) string {
	var words []string
	for _, argument := range arguments {
		words = append(words, cmp.Or(argument.Description, string(argument.Value)))
	}
	return strings.Join(words, " ")
}

// check reports requests to another host and whatever the console says.
func (p *page) check(t *testing.T, base string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, asked := range p.asked {
		if u, err := url.Parse(asked); err != nil || (u.Scheme != "data" && u.Scheme != "blob" && u.Scheme+"://"+u.Host != base) {
			t.Errorf("the page asked for %s", asked)
		}
	}
	if len(p.asked) == 0 {
		t.Error("no request was seen")
	}
	for _, complaint := range p.complaint {
		t.Errorf("the console says: %s", complaint)
	}
}

// picture saves a screenshot where SCREENSHOTS says.
func (p *page) picture(t *testing.T, name string) {
	t.Helper()
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	var image []byte
	if err := chromedp.Run(p.ctx, chromedp.FullScreenshot(&image, 100)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), image, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestExecuteAnswersAtTheFirstClick(t *testing.T) {
	base, p := serve(t), open(t)
	const operation = `.opblock-post[id$="predict"]`
	var status, answer string
	err := chromedp.Run(p.ctx,
		network.Enable(), log.Enable(),
		chromedp.Navigate(base+"/swagger/index.html"),
		chromedp.Click(operation+` .opblock-summary-control`, chromedp.NodeVisible),
		chromedp.Click(operation+` .try-out__btn`, chromedp.NodeVisible),
		chromedp.Click(operation+` .execute`, chromedp.NodeVisible),
		chromedp.Text(operation+` .live-responses-table .response .response-col_status`, &status, chromedp.NodeVisible),
		chromedp.Text(operation+` .live-responses-table .response .response-col_description .highlight-code`, &answer, chromedp.NodeVisible),
	)
	p.picture(t, "swagger")
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(status) != "200" || !strings.Contains(answer, `"label"`) {
		t.Errorf("status %s, answer %s", status, answer)
	}
	p.check(t, base)
}

func TestFrontPage(t *testing.T) {
	base, p := serve(t), open(t)
	var text string
	err := chromedp.Run(p.ctx, network.Enable(), log.Enable(), chromedp.Navigate(base+"/"), chromedp.Text("body", &text, chromedp.ByQuery))
	p.picture(t, "front")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"cifar10-resnet20", "pixel_values", "curl"} {
		if !strings.Contains(text, want) {
			t.Errorf("the front page does not say %s:\n%s", want, text)
		}
	}
	p.check(t, base)
}
