package guard_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/guard"
	"github.com/portent-go/portent/adapters/transport/internal/web"
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request with header fields, in pairs.
func ask(t testing.TB, method, url string, header ...string) answer {
	t.Helper()
	request, err := http.NewRequest(method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Add(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

// refused reads the body of an error.
func (a answer) refused(t testing.TB) (e web.ErrorAnswer) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &e); err != nil || a.header.Get("Content-Type") != "application/json" {
		t.Errorf("%v: %d %s", err, a.status, a.body)
	}
	return e
}

func TestOnlyHealthAndPagesAreOpen(t *testing.T) {
	url := serve(t, newGuard(t, guard.Options{Tokens: openTokens(t, tokenFile(t, known))}))
	for path, want := range map[string]int{
		"GET /healthz": 200, "HEAD /healthz": 200, "GET /readyz": 200, "GET /v2/health/live": 200, "GET /v2/health/ready": 200, "GET /readyz?x=y": 200,
		"GET /": 200, "HEAD /": 200, "GET /?x=y": 200, "GET /page/0123/main.js": 200, "GET /docs": 200, "GET /swagger/": 200, "GET /swagger/index.html": 200, "GET /swagger/swagger-ui-bundle.js": 200,
		"POST /healthz": 401, "GET /v2": 401, "POST /predict": 401, "OPTIONS /predict": 401, "GET /openapi.json": 401, "GET /models": 401, "GET /models/m": 401, "GET /models/m/samples/x.png": 401,
		"POST /": 401, "POST /page/x": 401, "GET /page": 401, "GET /page/": 401, "GET /page/../predict": 401, "GET /page/%2e%2e/predict": 401, "GET /page//x": 401, "GET /page/x/": 401, "GET /pages": 401,
		"GET /swagger/doc.json": 401, "GET /swagger/x": 401, "GET /swagger/../predict": 401, "GET //": 401, "GET /metrics": 401,
		"GET /healthz/": 401, "GET //healthz": 401, "GET /healthz/../predict": 401, "GET /x/../healthz": 401, "GET /HEALTHZ": 401, "GET /v2/models/m/ready": 401,
		"POST /v2/repository/models/m/load": 401,
	} {
		method, path, _ := strings.Cut(path, " ")
		if got := ask(t, method, url+path); got.status != want {
			t.Errorf("%s %s: %d", method, path, got.status)
		}
		if got := ask(t, method, url+path, "Authorization", "Bearer "+known); got.status != http.StatusOK {
			t.Errorf("%s %s with a token: %d", method, path, got.status)
		}
	}
}

func TestWhoIsRefusedIsTold(t *testing.T) {
	url := serve(t, newGuard(t, guard.Options{Tokens: openTokens(t, tokenFile(t, known))}))
	nothing := ask(t, "POST", url+"/predict")
	if e := nothing.refused(t); e.Code != "unauthenticated" || e.Hint == "" || nothing.header.Get("WWW-Authenticate") != `Bearer realm="portent"` {
		t.Errorf("%v", nothing)
	}
	for _, header := range [][2]string{{"Authorization", "Bearer " + unknown}, {"X-API-Key", unknown}, {"X-API-Key", known + "x"}, {"X-API-Key", known[1:]}} {
		wrong := ask(t, "POST", url+"/v2/models/m/infer", header[:]...)
		if e := wrong.refused(t); wrong.status != http.StatusUnauthorized || !strings.Contains(e.Error, "X-API-Key: TOKEN") || wrong.header.Get("WWW-Authenticate") != `Bearer realm="portent", error="invalid_token"` {
			t.Errorf("%v", wrong)
		}
		if strings.Contains(wrong.body, unknown) || strings.Contains(wrong.body, known) {
			t.Errorf("the token is told: %s", wrong.body)
		}
	}
	if got := ask(t, "POST", url+"/predict", "X-Api-Key", known); got.status != http.StatusOK || got.body != "yes" {
		t.Errorf("%v", got)
	}
	if got := ask(t, "GET", url+"/predict?token="+known+"&access_token="+known); got.status != http.StatusUnauthorized {
		t.Errorf("a token in the address, where logs show it: %d", got.status)
	}
}

// TestAConnectionIsNotResetWithTheAnswer sends a part of a body, reads the refusal,
// and sends the rest, on a connection that is closed after the answer.
func TestAConnectionIsNotResetWithTheAnswer(t *testing.T) {
	url := serve(t, newGuard(t, guard.Options{Tokens: openTokens(t, tokenFile(t, known))}))
	connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	half := strings.Repeat("x", 50_000)
	if _, err := io.WriteString(connection, "POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n"+half); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(connection)
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusUnauthorized {
		t.Errorf("%d, %v", response.StatusCode, err)
	}
	if _, err := io.WriteString(connection, half); err != nil {
		t.Errorf("sending the rest: %v", err)
	}
	if _, err := io.Copy(io.Discard, reader); err != nil {
		t.Errorf("waiting for the end: %v", err)
	}
}

func TestShares(t *testing.T) {
	g := newGuard(t, guard.Options{Tokens: openTokens(t, tokenFile(t, known+"\n"+another+"\n"+third)), Rate: 1e-6, Burst: 2})
	url := serve(t, g)
	for _, token := range []string{known, another} {
		for i, want := range []int{200, 200, 429} {
			got := ask(t, "POST", url+"/predict", "X-Api-Key", token)
			if got.status != want {
				t.Errorf("request %d: %v", i, got)
			}
			if want == http.StatusTooManyRequests && (got.header.Get("Retry-After") != "1000000" || got.refused(t).Code != "rate_limited") {
				t.Errorf("%v", got)
			}
		}
	}
	for i, want := range []int{401, 401, 429} { // which is the share of the address
		if got := ask(t, "POST", url+"/predict", "X-Api-Key", unknown+strings.Repeat("x", i)); got.status != want {
			t.Errorf("guess %d: %v", i, got)
		}
	}
	if got := ask(t, "POST", url+"/predict", "X-Api-Key", third); got.status != http.StatusOK {
		t.Errorf("a caller who has its share is shut out by the guesses of another: %v", got)
	}
	if got := ask(t, "GET", url+"/readyz"); got.status != http.StatusOK {
		t.Errorf("health: %v", got)
	}
	if got := ask(t, "GET", url+"/page/0123/main.js"); got.status != http.StatusOK {
		t.Errorf("a file of the page: %v", got)
	}
	if got := ask(t, "GET", url+"/"); got.status != http.StatusTooManyRequests { // nothing need be shown, but it is counted
		t.Errorf("a page: %v", got)
	}
}

func TestCORS(t *testing.T) {
	around, err := guard.CORS([]string{"https://app.example", "http://localhost:3000"})
	if err != nil {
		t.Fatal(err)
	}
	g := newGuard(t, guard.Options{Tokens: openTokens(t, tokenFile(t, known))})
	server := httptest.NewServer(around(g.HTTP(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Request-Id", "r1") }))))
	defer server.Close()
	for origin, allowed := range map[string]bool{
		"https://app.example": true, "http://localhost:3000": true, "http://app.example": false, "https://app.example:8443": false,
		"https://app.example.evil": false, "https://evilapp.example": false, "null": false,
	} {
		before := ask(t, "OPTIONS", server.URL+"/predict", "Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
		if got := before.header.Get("Access-Control-Allow-Origin"); (got == origin) != allowed || !allowed && got != "" || before.status != http.StatusNoContent {
			t.Errorf("%s: %d, allowed is %q", origin, before.status, got)
		}
		if allowed && (before.header.Get("Access-Control-Allow-Methods") != "POST" || before.header.Get("Access-Control-Allow-Headers") != "authorization,content-type" || before.header.Get("Access-Control-Max-Age") != "600") {
			t.Errorf("%s: %v", origin, before.header)
		}
		for _, token := range []string{known, unknown} { // a page shall be able to read why it is refused, too
			got := ask(t, "POST", server.URL+"/predict", "Origin", origin, "X-Api-Key", token)
			if readable := got.header.Get("Access-Control-Allow-Origin") == origin; readable != allowed || got.header.Get("Access-Control-Allow-Credentials") != "" || !strings.Contains(got.header.Get("Vary"), "Origin") {
				t.Errorf("%s: %v", origin, got)
			}
		}
	}
	for header, allowed := range map[string]bool{"x-request-timeout": true, "x-api-key": true, "x-forwarded-for": false, "cookie": false} {
		before := ask(t, "OPTIONS", server.URL+"/predict", "Origin", "https://app.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", header)
		if got := before.header.Get("Access-Control-Allow-Origin") != ""; got != allowed {
			t.Errorf("%s is allowed: %v", header, got)
		}
	}
	if before := ask(t, "OPTIONS", server.URL+"/predict", "Origin", "https://app.example", "Access-Control-Request-Method", "DELETE"); before.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("DELETE is allowed")
	}
	for _, origin := range []string{"", "app.example", "https://app.example/", "https://app.example/x", "ftp://app.example", "https://*.example", "https://u@app.example", "https://"} {
		if _, err := guard.CORS([]string{origin}); err == nil {
			t.Errorf("%q is taken for an origin", origin)
		}
	}
	if _, err := guard.CORS(nil); err == nil {
		t.Error("none is taken for an allow-list")
	}
}
