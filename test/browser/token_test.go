//go:build browser

package browser_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestWithAToken opens the pages of a server that asks for one.
func TestWithAToken(t *testing.T) {
	const token = "wonderland"
	s := serve(t, "--token-file", fileOf(t, "tokens", token+"\n"))
	p := open(t, s)
	enter := func(text string) {
		p.run(t, chromedp.WaitVisible("#token-form", chromedp.ByQuery), chromedp.SendKeys("#token", text+"\n", chromedp.ByQuery))
	}
	p.run(t, chromedp.Navigate(s.URL+"/"))
	p.waitFor(t, "#token-form", "asks for a token")
	p.picture(t, "token")
	enter("looking-glass")
	p.waitFor(t, "#token-wrong", "not known")
	enter(token)
	p.waitFor(t, "#name", "cifar10-resnet20")
	p.run(t, chromedp.Click(sampleButton, chromedp.NodeVisible))
	p.waitFor(t, "#seen figcaption", "32\u00a0×\u00a032 pixels")
	if line := p.textOf(t, "#line"); strings.Contains(line, token) || !strings.Contains(line, "$TOKEN") {
		t.Errorf("the lines are %s", line)
	}
	for language, output := range map[string]string{"curl": `"label":"ship"`, "Python": "'ship'"} {
		p.runLines(t, language, output, "TOKEN="+token)
	}
	p.run(t, chromedp.Reload())
	p.waitFor(t, "#card", "9fb05f17fb02")                                                                       // the tab has kept it
	p.run(t, chromedp.Navigate(s.URL+"/swagger/index.html"), chromedp.WaitVisible(operation, chromedp.ByQuery)) // and Swagger UI finds it

	p.visit(t, "/")
	p.run(t, chromedp.Click("#forget", chromedp.NodeVisible))
	p.waitFor(t, "#token-form", "asks for a token")
	p.run(t, chromedp.Navigate(s.URL+"/swagger/index.html")) // which leads here and back
	p.run(t, chromedp.WaitVisible("#token-form", chromedp.ByQuery))
	enter(token)
	p.run(t, chromedp.WaitVisible(operation, chromedp.ByQuery))
	p.check(t, "status of 401", "status code 401", "Fetch error")
}
