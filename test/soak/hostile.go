//go:build linux

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strings"
	"time"
)

// clientFaults are the refusals of what should not have been sent.
var clientFaults = []int{400, 403, 404, 405, 408, 413, 415, 422, 503}

// hostileAsk returns a well-formed request for HTTP that asks for something it must
// not get.
func hostileAsk(name, method, path, contentType string, body []byte, headers ...string) *httpAsk {
	a := newHTTPAsk(name, method, path, contentType, body, headers...)
	a.may, a.plain = clientFaults, true
	return a
}

// hostileAsks are requests that HTTP allows and the program does not.
func hostileAsks() []*httpAsk {
	predict := func(name, body string) *httpAsk {
		return hostileAsk(name, "POST", "/predict", typeJSON, []byte(body))
	}
	infer := func(name, body string, headers ...string) *httpAsk {
		return hostileAsk(name, "POST", inferPath, typeJSON, []byte(body), headers...)
	}
	input := func(rest string) string { return `{"inputs":[{"name":"pixel_values",` + rest + `}]}` }
	asks := []*httpAsk{
		predict("empty", ""), predict("truncated", `{"input":[[[0.1,`), predict("nested arrays", `{"input":`+strings.Repeat("[", 200000)),
		predict("nested objects", strings.Repeat(`{"input":`, 50000)), predict("strings for numbers", `{"input":["a","b"]}`),
		predict("a number too large", `{"input":[1e999]}`), predict("NaN", `{"input":[NaN]}`), predict("a key twice", `{"input":[1],"input":[1]}`),
		predict("an unknown key", `{"input":[1],"admin":true}`), predict("not UTF-8", "{\"\xff\xfe\":1}"), predict("long digits", `{"input":[`+strings.Repeat("9", 1<<20)+`]}`),
		predict("wrong shape", `{"input":[1,2,3],"shape":[3]}`), predict("overflowing shape", `{"input":[1],"shape":[4294967296,4294967296]}`),
		predict("bad base64", `{"image":"%%%%"}`), predict("no picture", `{"image":"AAAA"}`),
		hostileAsk("picture bomb", "POST", "/predict", "image/png", pictureBomb(60000, 60000)),
		hostileAsk("truncated picture", "POST", "/predict", "image/png", pictureBomb(32, 32)[:40]),
		hostileAsk("form without boundary", "POST", "/predict", "multipart/form-data", []byte("--x--")),
		hostileAsk("form of many parts", "POST", "/predict", "multipart/form-data; boundary=x", []byte(strings.Repeat("--x\r\nContent-Disposition: form-data; name=\"top_k\"\r\n\r\n1\r\n", 5000)+"--x--")),
		hostileAsk("form part with a long header", "POST", "/predict", "multipart/form-data; boundary=x", []byte("--x\r\nX: "+strings.Repeat("y", 1<<20)+"\r\n\r\n\r\n--x--")),
		hostileAsk("unknown type", "POST", "/predict", "application/x-java-serialized-object", []byte("\xac\xed")),
		hostileAsk("short tensor", "POST", "/predict", typeBinary, []byte("12345")),
		hostileAsk("bad timeout", "POST", "/predict", typeBinary, make([]byte, 4*elements), "X-Request-Timeout: -1"),
		hostileAsk("bad top_k", "POST", "/predict?top_k=-1", typeBinary, make([]byte, 4*elements)),
		hostileAsk("wrong verb", "DELETE", "/predict", "", nil), hostileAsk("unknown verb", "FROBNICATE", "/predict", "", nil),
		hostileAsk("no such path", "GET", "/../../../etc/passwd", "", nil), hostileAsk("no such model", "POST", "/models/..%2f..%2fetc/predict", typeJSON, []byte("{}")),
		hostileAsk("no such model over v2", "POST", "/v2/models/%00/infer", typeJSON, []byte("{}")), hostileAsk("long path", "GET", "/"+strings.Repeat("a", 30000), "", nil),
		hostileAsk("load", "POST", "/v2/repository/models/"+modelName+"/load", typeJSON, []byte("{}")),
		infer("no inputs", `{}`), infer("null", `null`), infer("overflowing shape over v2", input(`"shape":[9223372036854775807,9223372036854775807],"datatype":"FP32","data":[1]`)),
		infer("negative shape", input(`"shape":[-1,3,32,32],"datatype":"FP32","data":[1]`)), infer("unknown datatype", input(`"shape":[1],"datatype":"FP99","data":[1]`)),
		infer("shared memory", input(`"shape":[1,3,32,32],"datatype":"FP32","parameters":{"shared_memory_region":"x","shared_memory_byte_size":1}`)),
		infer("raw size too large", input(`"shape":[1,3,32,32],"datatype":"FP32","parameters":{"binary_data_size":99999999999}`), "Inference-Header-Content-Length: 20"),
		infer("document beyond the body", `{}`, "Inference-Header-Content-Length: 99999999"), infer("bad document size", `{}`, "Inference-Header-Content-Length: -5"),
		infer("unknown coding", `{}`, "Content-Encoding: br"), infer("not compressed", `{}`, "Content-Encoding: gzip"),
		hostileAsk("compressed bomb", "POST", inferPath, typeJSON, bomb(), "Content-Encoding: gzip"),
		hostileAsk("truncated bomb", "POST", inferPath, typeJSON, bomb()[:1000], "Content-Encoding: gzip"),
	}
	return append(asks, badFraming()...)
}

// badFraming are requests whose size is not what they say, or too large.
func badFraming() []*httpAsk {
	raw := func(name, text string) *httpAsk {
		return &httpAsk{name: name, raw: []byte(text), may: clientFaults, plain: true}
	}
	const head = "POST /predict HTTP/1.1\r\nHost: soak\r\nContent-Type: application/json\r\n"
	chunk := "4000\r\n" + strings.Repeat("[", 0x4000) + "\r\n"
	return []*httpAsk{
		raw("declared too large", head+"Content-Length: 99999999999\r\n\r\n{"), raw("endless chunks", head+"Transfer-Encoding: chunked\r\n\r\n"+strings.Repeat(chunk, 1100)+"0\r\n\r\n"),
		raw("two lengths", head+"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), raw("length and chunks", head+"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG"),
		raw("negative length", head+"Content-Length: -1\r\n\r\n"), raw("unknown transfer coding", head+"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
		raw("chunk that is no number", head+"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"), raw("a space before the colon", head+"Content-Length : 2\r\n\r\n{}"),
		raw("a line that is folded", head+"X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}"), raw("zero byte in a header", head+"X: a\x00b\r\nContent-Length: 2\r\n\r\n{}"),
		raw("no host", "POST /predict HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"), raw("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
		raw("large header", head+"X: "+strings.Repeat("x", 200<<10)+"\r\n\r\n"), raw("expectation", head+"Expect: a-pony\r\nContent-Length: 2\r\n\r\n{}"),
		raw("another version", "GET / HTTP/3.7\r\nHost: soak\r\n\r\n"), raw("lower case", "get / http/1.1\r\nhost: soak\r\n\r\n"), raw("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
		raw("no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"+strings.Repeat("\xa5", 300)), raw("nothing but lines", strings.Repeat("\r\n", 5000)),
	}
}

// attack sends a request, says that nothing follows, and judges all answers. The
// first is the request's; what a server takes for further requests must be refused
// as well.
func (p *httpPool) attack(a *httpAsk) {
	line, err := dial(p.server.http)
	if err != nil {
		p.tally.count(p.unanswered(a.name, nil, err))
		return
	}
	defer line.close()
	answer, err := line.tell(a)
	switch {
	case err != nil && a.isHTTP():
		p.tally.count(p.unanswered(a.name, line, err))
		return
	case err != nil:
		p.tally.count(refused, "closed without an answer, not being HTTP or too large")
		return
	case answer.status == 500:
		p.tally.answered500()
	}
	p.tally.count(a.judge(answer))
	for !answer.last {
		if line.hungUp() {
			return
		}
		if answer, err = line.drain(); err != nil {
			return
		}
		if o, why := a.judge(answer); o == wrong {
			p.tally.fault(wrong, "an answer to what followed: "+why)
		}
	}
}

// drain says that nothing follows, and reads what the server has to say yet.
func (l *httpLine) drain() (*httpAnswer, error) {
	if half, ok := l.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	return l.answer()
}

// tell writes a request and reads the answer. What is not HTTP may be the beginning
// of something, for which a server waits, so it is said that nothing follows.
func (l *httpLine) tell(a *httpAsk) (*httpAnswer, error) {
	if a.isHTTP() {
		return l.ask(a.raw)
	}
	_ = l.SetDeadline(time.Now().Add(longest))
	_, _ = l.Write(a.raw)
	return l.drain()
}

// isHTTP reports whether a request is a whole one that a server takes for one. One
// that is too large need not be read to its end.
func (a *httpAsk) isHTTP() bool {
	first, rest, _ := bytes.Cut(a.raw, []byte("\r\n"))
	return bytes.HasSuffix(first, []byte(" HTTP/1.1")) && bytes.Contains(rest, []byte("\r\n\r\n")) && len(a.raw) < 4<<20
}

// bomb is 64 MiB of zeros, compressed: four times what a body may have.
func bomb() []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.CopyN(w, zeros{}, 64<<20)
	_ = w.Close()
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// pictureBomb is the beginning of a picture that says to be very large.
func pictureBomb(width, height uint32) []byte {
	chunk := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)...)
	chunk = append(chunk, 8, 2, 0, 0, 0)
	picture := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	picture = append(picture, chunk...)
	picture = binary.BigEndian.AppendUint32(picture, crc32.ChecksumIEEE(chunk))
	return append(picture, fmt.Sprintf("\x00\x00\x00\x00IEND%s", "\xae\x42\x60\x82")...)
}

// smuggled is a valid request with another hidden behind its end: one answer is
// right, and what follows is refused.
func (p *httpPool) smuggled(a *httpAsk) {
	line, err := dial(p.server.http)
	if err != nil {
		p.tally.count(p.unanswered(a.name, nil, err))
		return
	}
	defer line.close()
	answer, err := line.ask(append(bytes.Clone(a.raw), "GARBAGE\r\n\r\n"...))
	if err != nil {
		p.tally.count(p.unanswered("with garbage behind it: "+a.name, line, err))
		return
	}
	p.tally.count(a.judge(answer))
	if answer.last {
		return
	}
	if second, err := line.answer(); err != nil || second.status != http.StatusBadRequest {
		p.tally.fault(wrong, fmt.Sprintf("garbage behind a request: %v, %v", second, err))
	}
}
