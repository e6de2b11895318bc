//go:build browser

package browser_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// operation is /predict in Swagger UI.
const operation = `.opblock-post[id$="-predict"]`

func TestExecuteAnswersAtTheFirstClick(t *testing.T) {
	s := serve(t)
	p := open(t, s)
	p.as(t, look{"light", 1040, 1010, false, false})
	executed(t, p, s)
	p.run(t, chromedp.ScrollIntoView(operation+` .live-responses-table`, chromedp.ByQuery))
	p.shown(t, "swagger")
	p.picture(t, "swagger")
	p.check(t)
}

// executed has Swagger UI send its example.
func executed(t *testing.T, p *tab, s *server) {
	t.Helper()
	var status, answer string
	p.run(t,
		chromedp.Navigate(s.URL+"/swagger/index.html"),
		chromedp.Click(operation+` .opblock-summary-control`, chromedp.NodeVisible),
		chromedp.Click(operation+` .try-out__btn`, chromedp.NodeVisible),
		chromedp.Click(operation+` .execute`, chromedp.NodeVisible),
		chromedp.Text(operation+` .live-responses-table .response .response-col_status`, &status, chromedp.NodeVisible),
		chromedp.Text(operation+` .live-responses-table .response .response-col_description .highlight-code`, &answer, chromedp.NodeVisible),
	)
	if strings.TrimSpace(status) != "200" || !strings.Contains(answer, `"label"`) {
		t.Errorf("status %s, answer %s", status, answer)
	}
}
