//go:build browser

package browser_test

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/color"
	"image/png"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is a tab of the browser, and what it asked for and complained of.
type tab struct {
	*server
	ctx       context.Context
	mu        sync.Mutex
	asked     []string
	complaint []string
}

// open opens a tab. On CI there must be a browser.
func open(t *testing.T, s *server) *tab {
	t.Helper()
	if browser == nil {
		const why = "SKIPPED: there is no chromium, so the pages are not tested"
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	opened, closeTab := chromedp.NewContext(browser)
	ctx, cancel := context.WithTimeout(opened, 3*time.Minute)
	t.Cleanup(func() { cancel(); closeTab() })
	p := &tab{server: s, ctx: ctx}
	chromedp.ListenTarget(ctx, p.note)
	p.run(t, network.Enable(), log.Enable())
	return p
}

func (p *tab) note(event any) {
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

// run does what a person does. What fails leaves a picture of the page, where
// SCREENSHOTS says.
func (p *tab) run(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(p.ctx, actions...); err != nil {
		p.picture(t, "failed")
		t.Fatal(err)
	}
}

// eval runs a script in the page and returns what it gives.
func eval[T any](t *testing.T, p *tab, script string) (result T) {
	t.Helper()
	p.run(t, chromedp.Evaluate(script, &result, func(params *runtime.EvaluateParams) *runtime.EvaluateParams { return params.WithAwaitPromise(true) }))
	return result
}

// visit opens the front page and waits until it knows the model.
func (p *tab) visit(t *testing.T, path string) {
	t.Helper()
	p.run(t, chromedp.Navigate(p.URL+path), chromedp.WaitVisible("#trying", chromedp.ByQuery))
}

// textOf returns what a person reads in a part of the page, once it is there.
func (p *tab) textOf(t *testing.T, selector string) (text string) {
	t.Helper()
	p.run(t, chromedp.Text(selector, &text, chromedp.ByQuery, chromedp.NodeVisible))
	return strings.TrimSpace(text)
}

// waitFor waits until a part of the page holds a text.
func (p *tab) waitFor(t *testing.T, selector, text string) {
	t.Helper()
	var ok bool
	p.run(t, chromedp.PollFunction(`(selector, text) => document.querySelector(selector)?.checkVisibility() && document.querySelector(selector).textContent.includes(text)`, &ok,
		chromedp.WithPollingArgs(selector, text), chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(time.Minute)))
}

// check reports requests to another host, and whatever the console says but what is
// expected.
func (p *tab) check(t *testing.T, expected ...string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, asked := range p.asked {
		if u, err := url.Parse(asked); err != nil || (u.Scheme != "data" && u.Scheme != "blob" && u.Scheme+"://"+u.Host != p.URL) {
			t.Errorf("the page asked for %s", asked)
		}
	}
	if len(p.asked) == 0 {
		t.Error("no request was seen")
	}
complaints:
	for _, complaint := range p.complaint {
		for _, part := range expected {
			if strings.Contains(complaint, part) {
				continue complaints
			}
		}
		t.Errorf("the console says: %s", complaint)
	}
}

// picture saves a screenshot of the whole page where SCREENSHOTS says.
func (p *tab) picture(t *testing.T, name string) {
	t.Helper()
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	var file []byte
	err := chromedp.Run(p.ctx, chromedp.FullScreenshot(&file, 100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), file, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}

// shown saves what is on the screen for the documents, where UPDATE_SCREENSHOTS is
// set.
func (p *tab) shown(t *testing.T, name string) {
	t.Helper()
	if os.Getenv("UPDATE_SCREENSHOTS") == "" {
		return
	}
	var file []byte
	p.run(t, chromedp.ActionFunc(func(ctx context.Context) (err error) {
		file, err = page.CaptureScreenshot().WithFormat(page.CaptureScreenshotFormatPng).WithOptimizeForSpeed(false).Do(ctx)
		return err
	}))
	file = smaller(t, file)
	const most = 150_000
	if len(file) > most {
		t.Errorf("the picture %s has %d bytes, of %d", name, len(file), most)
	}
	folder := filepath.Join(root, "docs", "screenshots")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), file, 0o644); err != nil {
		t.Fatal(err)
	}
}

// smaller writes a picture with fewer shades than an eye tells apart.
func smaller(t *testing.T, file []byte) []byte {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	fewer, bounds := image.NewNRGBA(picture.Bounds()), picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA)
			for _, channel := range []*uint8{&c.R, &c.G, &c.B} {
				*channel = uint8(min(255, (int(*channel)+2)/4*4))
			}
			fewer.SetNRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, fewer); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
