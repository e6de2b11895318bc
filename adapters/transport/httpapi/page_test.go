package httpapi_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/adapters/transport/httpapi/internal/frontpage"
)

// pageFiles returns the addresses of what the front page asks for, and of what
// that asks for in turn.
func pageFiles(t *testing.T, handler http.Handler) map[string]string {
	t.Helper()
	page := ask(handler, "GET", "/", "", "").Body.String()
	folder := regexp.MustCompile(`page/[0-9a-f]+/`).FindString(page)
	if folder == "" {
		t.Fatalf("the page asks for no files: %s", page)
	}
	files := make(map[string]string)
	var follow func(text string)
	follow = func(text string) {
		for _, match := range regexp.MustCompile(`(?:"`+folder+`|from "\./)([a-z]+\.[a-z]+)"`).FindAllStringSubmatch(text, -1) {
			address := "/" + folder + match[1]
			if _, known := files[address]; known {
				continue
			}
			response := ask(handler, "GET", address, "", "")
			if response.Code != http.StatusOK {
				t.Errorf("%s: %d", address, response.Code)
			}
			files[address] = response.Body.String()
			follow(files[address])
		}
	}
	follow(page)
	return files
}

// TestTheFrontPageIsSmall counts all that it is made of.
func TestTheFrontPageIsSmall(t *testing.T) {
	const most = 40_000
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	total := ask(handler, "GET", "/", "", "").Body.Len()
	for _, content := range pageFiles(t, handler) {
		total += len(content)
	}
	t.Logf("%d bytes", total)
	if total > most {
		t.Errorf("it has %d bytes, of %d", total, most)
	}
}

// TestTheFrontPageTellsNothingOfTheModel since it is open to everybody.
func TestTheFrontPageTellsNothingOfTheModel(t *testing.T) {
	one, another := card(), card()
	another.Name, another.Labels = "another", nil
	a, b := handlerWith(t, &fake{}, one, httpapi.Options{SelfTest: "passed"}), handlerWith(t, &fake{}, another, httpapi.Options{Version: "7"})
	if ask(a, "GET", "/", "", "").Body.String() != ask(b, "GET", "/", "", "").Body.String() || fmt.Sprint(pageFiles(t, a)) != fmt.Sprint(pageFiles(t, b)) {
		t.Error("the pages of two models differ")
	}
}

// TestTheFrontPageMakesNoMarkupOfWhatItShows: names and labels come from models'
// files.
func TestTheFrontPageMakesNoMarkupOfWhatItShows(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	page := ask(handler, "GET", "/", "", "")
	policy := page.Header().Get("Content-Security-Policy")
	for _, directive := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(policy, directive) {
			t.Errorf("the policy %q has no %s", policy, directive)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %q", policy)
	}
	inline := regexp.MustCompile(`(?i)<script>|<style|\son[a-z]+=|\sstyle=|javascript:`)
	if found := inline.FindString(page.Body.String()); found != "" {
		t.Errorf("the page holds %s", found)
	}
	sink := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function`)
	for address, content := range pageFiles(t, handler) {
		if found := sink.FindString(content); found != "" {
			t.Errorf("%s uses %s", address, found)
		}
	}
}

func TestTheFrontPagesFilesAreKept(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	types := map[string]string{"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
	for address := range pageFiles(t, handler) {
		header := ask(handler, "GET", address, "", "").Header()
		if !strings.Contains(header.Get("Cache-Control"), "immutable") || header.Get("Content-Type") != types[address[strings.LastIndex(address, ".")+1:]] {
			t.Errorf("%s: %v", address, header)
		}
		other := ask(handler, "GET", "/page/0123/"+address[strings.LastIndex(address, "/")+1:], "", "")
		if other.Code != http.StatusOK || other.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("of another digest: %d %v", other.Code, other.Header())
		}
	}
	page := ask(handler, "GET", "/", "", "")
	if again := ask(handler, "GET", "/", "", "", "If-None-Match", page.Header().Get("ETag")); again.Code != http.StatusNotModified || page.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("%d after %v", again.Code, page.Header())
	}
	if page.Header().Get("Content-Security-Policy") != frontpage.Policy {
		t.Errorf("%v", page.Header())
	}
	for _, path := range []string{"/page/0123/index.html", "/page/0123/doc.go", "/page/0123/none.js", "/page/main.js", "/page/", "/page/0123/"} {
		if got := ask(handler, "GET", path, "", ""); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
}
