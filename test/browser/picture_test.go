//go:build browser

package browser_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	sampleButton = `#samples button[title="ship"]`
	label        = "#label"
)

// samplePath returns the whole path of a sample.
func samplePath(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, "model", "samples", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// fileOf writes a file to send.
func fileOf(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestASample(t *testing.T) {
	p := open(t, serve(t))
	p.visit(t, "/")
	p.run(t, chromedp.Click(sampleButton, chromedp.NodeVisible))
	p.waitFor(t, label, "ship")
	p.waitFor(t, "#seen figcaption", "32\u00a0×\u00a032 pixels")
	for selector, parts := range map[string][]string{
		"#result": {"ship", "97.4 %", "deer", "Show all 10"}, "#time": {"run the model", "read the input", "on the way", "ms"},
		"#card": {"cifar10-resnet20", "pixel_values FP32 [-1, 3, 32, 32]", "passed, 4 vectors", "Apache-2.0", "9fb05f17fb02", "onnxgo", "airplane"},
		"#line": {"curl", "ship.png", p.URL + "/predict"}, "#drop": {"ship.png"}, "footer": {"devel"},
	} {
		text := p.textOf(t, selector)
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Errorf("%s does not say %q:\n%s", selector, part, text)
			}
		}
	}
	p.run(t, chromedp.Click("#result button", chromedp.NodeVisible))
	if n := eval[int](t, p, `document.querySelectorAll(".bars li").length`); n != 10 {
		t.Errorf("all are %d classes", n)
	}
	wide := eval[[]float64](t, p, `[...document.querySelectorAll(".bars .bar")].map(bar => bar.firstChild.offsetWidth / bar.offsetWidth)`)
	if wide[0] < 0.96 || wide[0] > 0.98 || wide[1] > 0.1 {
		t.Errorf("the bars are %v wide", wide)
	}
	p.check(t)
}

func TestUploadPasteDropAndCamera(t *testing.T) {
	p := open(t, serve(t))
	p.visit(t, "/")
	p.run(t, chromedp.SetUploadFiles("#file", []string{samplePath(t, "cat.png")}, chromedp.ByQuery))
	p.waitFor(t, label, "cat")
	p.run(t, chromedp.SetUploadFiles("#file", []string{samplePath(t, "dog.png")}, chromedp.ByQuery)) // once more
	p.waitFor(t, label, "dog")

	place := eval[[]float64](t, p, `(box => [box.x + box.width / 2, box.y + box.height / 2])(document.querySelector("#drop").getBoundingClientRect())`)
	dragged := &input.DragData{Items: []*input.DragDataItem{}, Files: []string{samplePath(t, "frog.png")}, DragOperationsMask: 1}
	p.run(t, input.DispatchDragEvent(input.DragEnter, place[0], place[1], dragged), input.DispatchDragEvent(input.DragOver, place[0], place[1], dragged))
	if !eval[bool](t, p, `document.querySelector("#drop").classList.contains("over")`) {
		t.Error("nothing shows where it may be dropped")
	}
	p.run(t, input.DispatchDragEvent(input.Drop, place[0], place[1], dragged))
	p.waitFor(t, label, "frog")

	eval[bool](t, p, `(async () => {
		const picture = await (await fetch("models/cifar10-resnet20/samples/truck.png")).blob();
		const held = new DataTransfer();
		held.items.add(new File([picture], "image.png", { type: "image/png" }));
		return document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true }));
	})()`)
	p.waitFor(t, label, "truck")

	p.run(t, chromedp.Click("#camera", chromedp.NodeVisible))
	var ok bool
	p.run(t, chromedp.Poll(`document.querySelector("#video").videoWidth > 0`, &ok), chromedp.Click("#shoot", chromedp.NodeVisible))
	p.waitFor(t, "#drop-hint", "camera.png")
	p.waitFor(t, "#seen figcaption", "32\u00a0×\u00a032 pixels")
	if eval[bool](t, p, `document.querySelector("#shooting").open || document.querySelector("#video").srcObject !== null`) {
		t.Error("the camera is still on")
	}
	p.check(t)
}

// TestWhatIsRefusedIsShownWhereItHappened gives it what is no picture.
func TestWhatIsRefusedIsShownWhereItHappened(t *testing.T) {
	p := open(t, serve(t, "--max-body", "200000"))
	p.visit(t, "/")
	p.run(t, chromedp.Click(sampleButton, chromedp.NodeVisible))
	p.waitFor(t, label, "ship")
	for name, c := range map[string]struct {
		content string
		parts   []string
	}{
		"notes.txt":   {"hello, this is no picture", []string{"is not a picture of a known format", "Expected", "image/jpeg", "Came", "25 bytes", "Request"}},
		"large.png":   {strings.Repeat("x", 200001), []string{"too large", "at most 198976 bytes", "200001 bytes", "What to do"}},
		"empty.png":   {"", []string{"is empty"}},
		"<b>x.png":    {"no", []string{"is not a picture"}},
		"damaged.png": {"\x89PNG\r\n\x1a\n", []string{"damaged"}},
	} {
		p.run(t, chromedp.SetUploadFiles("#file", []string{fileOf(t, name, c.content)}, chromedp.ByQuery))
		for _, part := range c.parts {
			p.waitFor(t, "#input-error [role=alert]", part)
		}
		if text := p.textOf(t, "#result"); strings.Contains(text, "ship") {
			t.Errorf("%s: the prediction before is still there: %s", name, text)
		}
		p.waitFor(t, "#drop", name)
	}
	p.run(t, chromedp.Click(sampleButton, chromedp.NodeVisible))
	p.waitFor(t, label, "ship")
	if eval[int](t, p, `document.querySelector("#input-error").children.length`) != 0 {
		t.Error("the error stays when it is over")
	}
	p.check(t, "status of 400", "status of 415", "status of 413")
}

// TestThePredictionStays has the server refuse the second of the two questions about a
// picture, as it does when a caller's share is used up.
func TestThePredictionStays(t *testing.T) {
	p := open(t, serve(t))
	p.visit(t, "/")
	eval[bool](t, p, `(() => {
		const real = fetch;
		let refused = false;
		window.fetch = (address, options) => {
			if (refused || !address.endsWith("/preprocess")) return real(address, options);
			refused = true;
			return Promise.resolve(new Response('{"error": "too many requests"}', { status: 429 }));
		};
		return true;
	})()`)
	p.run(t, chromedp.Click(sampleButton, chromedp.NodeVisible))
	p.waitFor(t, "#seen [role=alert]", "too many requests")
	p.waitFor(t, label, "ship")
	p.run(t, chromedp.Click(sampleButton, chromedp.NodeVisible))
	p.waitFor(t, "#seen figcaption", "32\u00a0×\u00a032 pixels")
	p.waitFor(t, label, "ship")
	p.check(t)
}

func TestTheServerGoesAndComesBack(t *testing.T) {
	s := serve(t)
	p := open(t, s)
	p.visit(t, "/")
	p.waitFor(t, "#drop", "Drop")
	p.run(t, chromedp.WaitVisible(`#samples li:nth-child(10)`, chromedp.ByQuery))
	s.Stop(t)
	p.run(t, chromedp.Click(sampleButton, chromedp.NodeVisible))
	p.waitFor(t, "#gone", "does not answer")
	p.waitFor(t, "#gone", strings.TrimPrefix(s.URL, "http://"))
	s.again(t)
	p.run(t, chromedp.Click("#ask-again", chromedp.NodeVisible))
	p.waitFor(t, label, "ship") // what was asked then
	if eval[bool](t, p, `document.querySelector("#gone").checkVisibility()`) {
		t.Error("it still says that the server is gone")
	}
	s.Stop(t)
	p.run(t, chromedp.Click(`#samples button[title="cat"]`, chromedp.NodeVisible))
	p.waitFor(t, "#gone", "does not answer")
	s.again(t)
	p.waitFor(t, label, "cat") // by itself
	p.check(t, "ERR_CONNECTION")
}

// TestByKeyboard goes to a prediction with the keys that everybody has.
func TestByKeyboard(t *testing.T) {
	p := open(t, serve(t))
	p.visit(t, "/")
	p.run(t, chromedp.WaitVisible(`#samples li:nth-child(10)`, chromedp.ByQuery))
	var order []string
	for range 40 {
		p.run(t, chromedp.KeyEvent(kb.Tab))
		at := eval[string](t, p, `(e => e.id || e.title || e.textContent)(document.activeElement)`)
		if !eval[bool](t, p, `(style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)(getComputedStyle(document.activeElement))`) {
			t.Errorf("nothing shows that %s has the focus", at)
		}
		if order = append(order, at); at == "cat" {
			break
		}
	}
	if got := strings.Join(order, ", "); got != "API reference, openapi, choose, camera, airplane, automobile, bird, cat" {
		t.Errorf("the order is %s", got)
	}
	p.run(t, chromedp.KeyEvent(kb.Enter))
	p.waitFor(t, label, "cat")
	for range 20 {
		p.run(t, chromedp.KeyEvent(kb.Tab))
		if eval[string](t, p, `document.activeElement.id`) == "tab-curl" {
			break
		}
	}
	p.run(t, chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
	p.waitFor(t, "#line", "urllib.request")
	if live := eval[string](t, p, `document.querySelector("#result").getAttribute("aria-live")`); live != "polite" {
		t.Errorf("a reader of the screen is told %q", live)
	}
	p.check(t)
}
