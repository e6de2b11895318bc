//go:build linux

package main

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
)

// answering returns a pool of connections to a server that answers in some way.
func answering(t *testing.T, answer http.HandlerFunc) *httpPool {
	t.Helper()
	over := httptest.NewServer(answer)
	t.Cleanup(over.Close)
	p := newHTTPPool(&server{tally: newTally(t.Name()), http: strings.TrimPrefix(over.URL, "http://")}, 1)
	t.Cleanup(p.close)
	return p
}

// says returns a handler that answers with a status and a body.
func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", typeJSON)
		w.Header().Set("X-Request-Id", "id")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// breaksOff returns a handler that writes so much of an answer and breaks the
// connection off.
func breaksOff(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = connection.Write([]byte(answer))
		_ = connection.Close()
	}
}

const (
	overloaded = `{"error":"full","code":"overloaded","request_id":"id"}`
	malformed  = `{"error":"no","code":"malformed","request_id":"id"}`
)

// TestWhatIsCounted has servers that do right and wrong, and looks at what a request
// is counted as.
func TestWhatIsCounted(t *testing.T) {
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   outcome
	}{
		"the right answer":             {says(200, "right"), accepted},
		"one bit is different":         {says(200, "righu"), wrong},
		"more than the answer":         {says(200, "right\n"), wrong},
		"a refusal":                    {says(503, overloaded, "Retry-After", "1"), refused},
		"a refusal without its header": {says(503, overloaded), wrong},
		"a refusal of another request": {says(503, overloaded, "Retry-After", "1", "X-Request-Id", "other"), wrong},
		"a refusal in plain text":      {says(503, "busy", "Retry-After", "1"), wrong},
		"a code of another status":     {says(504, overloaded), wrong},
		"a valid request is malformed": {says(400, malformed), wrong},
		"an internal error":            {says(500, `{"error":"x","code":"internal","request_id":"id"}`), wrong},
		"no answer":                    {breaksOff(""), lost},
		"a part of a header":           {breaksOff("HTTP/1.1 200 OK\r\nContent-"), lost},
		"a part of a body":             {breaksOff("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nrig"), lost},
	} {
		t.Run(name, func(t *testing.T) {
			pool := answering(t, test.answer)
			a := newHTTPAsk("test", "POST", "/predict", typeJSON, []byte("{}"))
			a.want = []byte("right")
			pool.ask(a)
			if tally := pool.tally; tally.sent != 1 || tally.of(test.want) != 1 {
				t.Errorf("%v %v, expected one %v", tally.counts, tally.faults, test.want)
			}
		})
	}
}

// TestWhatHostileRequestsMayGet sees that a hostile request that is answered is
// counted as wrong.
func TestWhatHostileRequestsMayGet(t *testing.T) {
	for status, want := range map[int]outcome{200: wrong, 400: refused, 500: wrong} {
		pool := answering(t, says(status, malformed))
		pool.attack(hostileAsk("test", "POST", "/predict", typeJSON, []byte("{")))
		if pool.tally.of(want) != 1 {
			t.Errorf("status %d: %v, expected one %v", status, pool.tally.counts, want)
		}
	}
}

// resets returns a handler that writes so much of an answer and resets the connection.
func resets(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = connection.Write([]byte(answer))
		_ = connection.(*net.TCPConn).SetLinger(0)
		_ = connection.Close()
	}
}

// TestCutOffRequests looks at when a request without an answer is lost: always,
// unless the server was killed, or was to end before the connection was made and has
// not taken it.
func TestCutOffRequests(t *testing.T) {
	for name, test := range map[string]struct {
		before func(*phase)
		asked  int // before on the same connection
		does   http.HandlerFunc
		want   outcome
	}{
		"a new connection": {func(*phase) {}, 0, resets(""), lost}, "a killed server": {func(p *phase) { p.kill() }, 0, resets(""), left},
		"a connection after the signal":                {func(p *phase) { p.end() }, 0, resets(""), refused},
		"a connection after the signal that was taken": {func(p *phase) { p.end() }, 0, breaksOff(""), lost},
		"a connection after the signal with an answer": {func(p *phase) { p.end() }, 0, breaksOff("HTTP/1.1 200 OK\r\n"), lost},
		"a connection before the signal":               {func(p *phase) { p.end() }, 1, resets(""), lost},
	} {
		t.Run(name, func(t *testing.T) {
			pool := answering(t, test.does)
			line, err := dial(pool.server.http)
			if err != nil {
				t.Fatal(err)
			}
			defer line.close()
			test.before(&pool.server.phase)
			line.asked = test.asked
			if test.asked == 0 {
				line.dialled = time.Now()
			}
			_, err = line.ask(newHTTPAsk("test", "POST", "/predict", typeJSON, nil).raw)
			if got, why := pool.unanswered("test", line, err); got != test.want {
				t.Errorf("it is %v: %s, expected %v", got, why, test.want)
			}
		})
	}
}

// TestSlowRequestsThatAreCutOffAreLost: it was not the client that gave up.
func TestSlowRequestsThatAreCutOffAreLost(t *testing.T) {
	pool := answering(t, breaksOff(""))
	pool.slowBody(t.Context(), newHTTPAsk("test", "POST", "/predict", typeJSON, make([]byte, 1<<20)), 100, time.Millisecond)
	if pool.tally.of(lost) != 1 {
		t.Errorf("%v, expected one lost", pool.tally.counts)
	}
}

// hastyServer ends a stream in the place of an answer, without saying why.
type hastyServer struct {
	inferencepb.UnimplementedGRPCInferenceServiceServer
}

func (hastyServer) ModelStreamInfer(stream inferencepb.GRPCInferenceService_ModelStreamInferServer) error {
	_, err := stream.Recv()
	return err
}

func TestAStreamThatEndsHasLostARequest(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	over := grpc.NewServer()
	inferencepb.RegisterGRPCInferenceServiceServer(over, hastyServer{})
	go func() { _ = over.Serve(listener) }()
	defer over.Stop()
	lines, err := newGRPCLines(&server{tally: newTally(t.Name()), grpc: listener.Addr().String()}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer lines.close()
	lines.stream(t.Context(), &doors{grpc: []*grpcAsk{{name: "test", request: new(inferencepb.ModelInferRequest)}}}, 0)
	if lines.tally.sent != 1 || lines.tally.of(lost) != 1 {
		t.Errorf("%v, expected one lost", lines.tally.counts)
	}
}

// TestAServerThatEndsByItselfHasCrashed: that it was about to be killed is no excuse.
func TestAServerThatEndsByItselfHasCrashed(t *testing.T) {
	p := &server{tally: newTally(t.Name()), log: newLogbook(), exited: make(chan struct{}), state: errors.New("exit status 2")}
	close(p.exited)
	p.kill()
	if p.tally.of(crashed) != 1 {
		t.Errorf("%v, expected one crash", p.tally.counts)
	}
}

func TestTheLogTellsOfCrashes(t *testing.T) {
	for text, want := range map[string]int{
		"panic: runtime error: index out of range": 1, "fatal error: concurrent map writes": 1, "WARNING: DATA RACE": 1,
		`{"level":"ERROR","msg":"a handler panicked","cause":"x"}`: 1, `{"level":"INFO","msg":"draining"}`: 0,
	} {
		book := newLogbook()
		book.read(strings.NewReader(text + "\n"))
		if got := len(book.crashes()); got != want {
			t.Errorf("%s: %d crashes", text, got)
		}
	}
	book := newLogbook()
	book.read(strings.NewReader(`{"msg":"request","path":"/predict","status":500}` + "\n" + `{"msg":"request","path":"/predict","status":503,"duration":1500000}` + "\n"))
	if book.internalErrors() != 1 || percentile(book.refused()["/predict"], 99) != 1500*time.Microsecond {
		t.Errorf("%d internal errors, refusals %v", book.internalErrors(), book.refused())
	}
}

func TestTheTableFailsUnlessAllIsWell(t *testing.T) {
	for _, test := range []struct {
		outcome outcome
		fails   bool
	}{{accepted, false}, {refused, false}, {left, false}, {wrong, true}, {lost, true}, {crashed, true}} {
		counted, out := newTally("one"), new(strings.Builder)
		counted.count(test.outcome, "because")
		if test.outcome == crashed {
			counted.sent = 0 // a process is no request
		}
		if err := table(out, []*tally{counted}, time.Second); (err != nil) != test.fails {
			t.Errorf("%v: %v\n%s", test.outcome, err, out)
		}
	}
}
