//go:build browser

package browser_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// look is a way in which the page is seen.
type look struct {
	name   string
	width  int64
	height int64
	phone  bool
	dark   bool
}

var looks = []look{
	{"light", 1040, 1070, false, false}, {"dark", 1040, 1070, false, true}, {"phone", 360, 760, true, false}, {"phone, dark", 360, 760, true, true},
}

func (p *tab) as(t *testing.T, l look) {
	t.Helper()
	scheme, scale := "light", 1.0
	if l.dark {
		scheme = "dark"
	}
	if l.phone {
		scale = 2
	}
	p.run(t,
		emulation.SetDeviceMetricsOverride(l.width, l.height, scale, l.phone), emulation.SetTouchEmulationEnabled(l.phone),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}))
}

// TestEveryLook predicts in each of them, and has axe look for what keeps people out.
func TestEveryLook(t *testing.T) {
	s, axe := serve(t), axe(t)
	for _, l := range looks {
		t.Run(l.name, func(t *testing.T) {
			p := open(t, s)
			p.as(t, l)
			p.visit(t, "/")
			p.run(t, chromedp.WaitVisible(`#samples li:nth-child(10)`, chromedp.ByQuery))
			p.run(t, chromedp.Click(sampleButton, chromedp.NodeVisible))
			p.waitFor(t, "#seen figcaption", "32\u00a0×\u00a032 pixels")
			p.accessible(t, axe)
			if os.Getenv("UPDATE_SCREENSHOTS") != "" && l.dark == l.phone { // with the times of a server that has done it before
				for try := 0; try < 20 && eval[float64](t, p, `parseFloat(document.querySelector("#time h3").textContent.match(/[\d.]+/))`) > 12; try++ {
					p.run(t, chromedp.Click(sampleButton, chromedp.NodeVisible), chromedp.Sleep(200*time.Millisecond))
				}
			}
			if l.phone {
				p.fits(t, l)
			}
			back := eval[[]float64](t, p, `getComputedStyle(document.documentElement).getPropertyValue("--back") && getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number)`)
			if isDark := back[0]+back[1]+back[2] < 200; isDark != l.dark {
				t.Errorf("the background is %v", back)
			}
			if l.name == "light" {
				p.shown(t, "page")
			}
			if l.name == "phone, dark" {
				p.shown(t, "phone")
			}
			p.run(t, chromedp.SetUploadFiles("#file", []string{fileOf(t, "notes.txt", "no picture")}, chromedp.ByQuery))
			p.waitFor(t, "#input-error [role=alert]", "is not a picture")
			p.accessible(t, axe)
			p.picture(t, l.name)
			p.check(t, "status of 415")
		})
	}
	t.Run("form", func(t *testing.T) {
		p := open(t, serve(t, "--model", mixed(t)))
		p.as(t, looks[3])
		p.visit(t, "/")
		p.run(t, chromedp.Click("#tensors button.main", chromedp.NodeVisible))
		p.waitFor(t, "#result", "same ids")
		p.accessible(t, axe)
		p.fits(t, looks[3])
		p.picture(t, "form")
	})
}

// fits reports what is wider than the screen, or too small for a finger.
func (p *tab) fits(t *testing.T, l look) {
	t.Helper()
	if wide := eval[int64](t, p, `document.documentElement.scrollWidth`); wide > l.width {
		t.Errorf("the page is %d wide, the screen %d", wide, l.width)
	}
	small := eval[[]string](t, p, `[...document.querySelectorAll("a, button, select, input, textarea")]
		.filter(e => e.checkVisibility()).filter(e => e.getBoundingClientRect().height < 43.5 || e.getBoundingClientRect().width < 43.5).map(e => e.outerHTML)`)
	for _, element := range small {
		t.Errorf("a finger hardly meets %s", element)
	}
}

// axe returns the script of axe-core, which npm fetches. Without npm, or an index to
// fetch it from, accessibility is not tested.
func axe(t *testing.T) string {
	t.Helper()
	cache := os.Getenv("AXE")
	if cache == "" {
		cache = t.TempDir()
	}
	script := filepath.Join(cache, "node_modules", "axe-core", "axe.min.js")
	source, err := os.ReadFile(script)
	if err == nil {
		return string(source)
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"package.json", "package-lock.json"} {
		content, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(cache, name), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	fetch := exec.Command("npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts")
	fetch.Dir = cache
	if out, err := fetch.CombinedOutput(); err != nil {
		t.Logf("SKIPPED: accessibility is not tested, since axe-core cannot be fetched: %v\n%s", err, out)
		return ""
	}
	if source, err = os.ReadFile(script); err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// accessible reports what axe finds that is serious or critical.
func (p *tab) accessible(t *testing.T, axe string) {
	t.Helper()
	if axe == "" {
		return
	}
	found := eval[string](t, p, axe+`
	axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => JSON.stringify(violations.map(v => ({ Id: v.id, Impact: v.impact, Help: v.help, Where: v.nodes.map(n => n.html + " " + n.failureSummary) }))))`)
	var violations []struct {
		Id, Impact, Help string
		Where            []string
	}
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		t.Fatal(err)
	}
	for _, v := range violations {
		if v.Impact == "serious" || v.Impact == "critical" {
			t.Errorf("%s: %s (%s): %q", v.Impact, v.Help, v.Id, v.Where)
		} else {
			t.Logf("%s: %s (%s): %q", v.Impact, v.Help, v.Id, v.Where)
		}
	}
}

// TestWithoutScripts shows what is left to do.
func TestWithoutScripts(t *testing.T) {
	p := open(t, serve(t))
	p.run(t, emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(p.URL+"/"))
	if text := p.textOf(t, "main"); !strings.Contains(text, "curl -F image=@picture.png") {
		t.Errorf("it says %s", text)
	}
	p.check(t)
}
