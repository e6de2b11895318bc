package httpapi_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/adapters/transport/internal/web/webtest"
)

// part is a field of a form; it is a file if its name ends in ".png".
type part struct{ field, content string }

// form returns a multipart body and its Content-Type.
func form(parts ...part) (contentType, body string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.SetBoundary("frontier")
	for _, p := range parts {
		header := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name=%q`, p.field)}}
		if p.field == "image" {
			header = textproto.MIMEHeader{"Content-Disposition": {`form-data; name="image"; filename="a.png"`}, "Content-Type": {"image/png"}}
		}
		field, _ := w.CreatePart(header)
		_, _ = field.Write([]byte(p.content))
	}
	_ = w.Close()
	return w.FormDataContentType(), b.String()
}

// hugePNG returns the beginning of a PNG that says it is 30,000 pixels wide and
// high.
func hugePNG() string {
	header := []byte("IHDR\x00\x00\x75\x30\x00\x00\x75\x30\x08\x02\x00\x00\x00")
	file := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	return string(binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(header)))
}

const jsonType = "application/json"

type asked struct{ name, method, path, contentType, body string }

func refusals() []asked {
	picture := picturePNG(40, 30)
	base64Of := base64.StdEncoding.EncodeToString
	ok := nestedJSON(numbers(), 3, 32, 32)
	ragged := strings.Replace(ok, ",", "],[", 1)
	asJSON := func(name, body string) asked { return asked{name, "POST", "/predict", jsonType, body} }
	asForm := func(name, path string, parts ...part) asked {
		contentType, body := form(parts...)
		return asked{name, "POST", path, contentType, body}
	}
	formType, whole := form(part{"image", picture})
	return []asked{
		asJSON("empty body", ``),
		asJSON("an opening brace", `{`),
		asJSON("no fields", `{}`),
		asJSON("an array", `[]`),
		asJSON("nested 2 deep", `{"input":[[1,2],[3,4]]}`),
		asJSON("31 rows", `{"input":[`+nestedJSON(numbers()[:32*31], 31, 32)+`]}`),
		asJSON("31 values", `{"input":[[`+nestedJSON(numbers()[:31], 31)+`]]}`),
		asJSON("4 channels", `{"input":`+nestedJSON(append(numbers(), numbers()[:1024]...), 4, 32, 32)+`}`),
		asJSON("ragged", `{"input":`+ragged+`}`),
		asJSON("NHWC", `{"input":`+nestedJSON(numbers(), 32, 32, 3)+`}`),
		asJSON("two inputs", `{"input":[`+ok+`,`+ok+`]}`),
		asJSON("flat, too few", `{"input":[1,2,3]}`),
		asJSON("flat, wrong shape", `{"shape":[32,32,3],"input":`+nestedJSON(numbers(), 3072)+`}`),
		asJSON("a string inside", `{"input":[[[0,1,"a"]]]}`),
		asJSON("NaN", `{"input":[[[0,NaN]]]}`),
		asJSON("too large a number", `{"input":[[[0,1e39]]]}`),
		asJSON("a key twice", `{"input":`+ok+`,"input":`+ok+`}`),
		asJSON("unknown field", `{"inputs":`+ok+`}`),
		asJSON("trailing garbage", `{"input":`+ok+`} garbage`),
		asJSON("both", `{"input":`+ok+`,"image":"`+base64Of([]byte(picture))+`"}`),
		asJSON("truncated", `{"input":`+ok[:1000]),
		asJSON("not UTF-8", "{\"id\":\"\xff\"}"),
		asJSON("top_k is a string", `{"top_k":"5","input":`+ok+`}`),
		asJSON("top_k is 0", `{"top_k":0,"input":`+ok+`}`),
		asJSON("id too long", `{"id":"`+strings.Repeat("x", 257)+`"}`),
		asJSON("image is numbers", `{"image":[[1,2],[3,4]]}`),
		asJSON("input is text", `{"input":"iVBORw0KGgo="}`),
		asJSON("bad base64", `{"image":"*-*"}`),
		asJSON("base64 of text", `{"image":"aGVsbG8="}`),
		asJSON("base64 of a truncated picture", `{"image":"`+base64Of([]byte(picture[:len(picture)/2]))+`"}`),
		{"top_k twice", "POST", "/predict?top_k=3", jsonType, `{"top_k":4,"input":` + ok + `}`},
		{"top_k is text", "POST", "/predict?top_k=many", jsonType, `{"input":` + ok + `}`},
		{"unknown query", "POST", "/predict?topk=3", jsonType, `{"input":` + ok + `}`},
		{"query twice", "POST", "/predict?id=1&id=2", jsonType, `{"input":` + ok + `}`},
		{"bad query", "POST", "/predict?%zz", jsonType, `{"input":` + ok + `}`},
		{"no Content-Type", "POST", "/predict", "", ok},
		{"curl -d", "POST", "/predict", "application/x-www-form-urlencoded", ok},
		{"unknown Content-Type", "POST", "/predict", "text/csv", ok},
		{"broken Content-Type", "POST", "/predict", "application/json; charset", ok},
		{"other charset", "POST", "/predict", "application/json; charset=latin1", ok},
		{"SVG", "POST", "/predict", "image/svg+xml", "<svg/>"},
		{"empty picture", "POST", "/predict", "image/png", ""},
		{"text as a picture", "POST", "/predict", "image/png", "hello, this is no picture"},
		{"truncated picture", "POST", "/predict", "image/png", picture[:len(picture)/2]},
		{"huge picture", "POST", "/predict", "image/png", hugePNG()},
		{"binary, too short", "POST", "/predict", "application/octet-stream", binary32(numbers())[:100]},
		{"binary, two inputs", "POST", "/predict", "application/octet-stream", binary32(numbers()) + binary32(numbers())},
		{"binary, bytes", "POST", "/predict", "application/octet-stream", strings.Repeat("\x01", 3072)},
		{"binary, doubles", "POST", "/predict", "application/octet-stream", strings.Repeat("\x01", 8*3072-1) + "\x02"},
		{"binary, a picture", "POST", "/predict", "application/octet-stream", picture},
		{"binary, JSON", "POST", "/predict", "application/octet-stream", `{"input":[]}`},
		{"binary, NaN", "POST", "/predict", "application/octet-stream", binary32(numbers())[:12284] + "\x00\x00\xc0\x7f"},
		asForm("form without image", "/predict", part{"top_k", "3"}),
		asForm("form with two images", "/predict", part{"image", picture}, part{"image", picture}),
		asForm("form with an unknown field", "/predict", part{"image", picture}, part{"file", "x"}),
		asForm("form with bad top_k", "/predict", part{"image", picture}, part{"top_k", "x"}),
		asForm("form with top_k twice", "/predict", part{"top_k", "1"}, part{"top_k", "1"}),
		{"form without boundary", "POST", "/predict", "multipart/form-data", whole},
		{"form with another boundary", "POST", "/predict", "multipart/form-data; boundary=other", whole},
		{"truncated form", "POST", "/predict", formType, whole[:len(whole)/2]},
		{"empty form", "POST", "/predict", formType, ""},
		{"batch, empty", "POST", "/predict/batch", jsonType, `{"inputs":[]}`},
		{"batch, too many", "POST", "/predict/batch", jsonType, `{"images":["aGk=","aGk=","aGk=","aGk=","aGk="]}`},
		{"batch, one wrong", "POST", "/predict/batch", jsonType, `{"inputs":[` + ok + `,[[[1,2]]]]}`},
		{"batch, one broken picture", "POST", "/predict/batch", jsonType, `{"images":["` + base64Of([]byte(picture)) + `","aGk="]}`},
		{"batch, field of one", "POST", "/predict/batch", jsonType, `{"input":` + ok + `}`},
		{"batch, a picture", "POST", "/predict/batch", "image/png", picture},
		{"batch, binary, uneven", "POST", "/predict/batch", "application/octet-stream", binary32(numbers())[:4]},
		asForm("batch, form without image", "/predict/batch", part{"id", "3"}),
		asForm("batch, form with too many", "/predict/batch", part{"image", "1"}, part{"image", "2"}, part{"image", "3"}, part{"image", "4"}, part{"image", "5"}),
		{"wrong method", "GET", "/predict", "", ""},
		{"wrong method of a page", "POST", "/healthz", jsonType, "{}"},
		{"unknown path", "GET", "/predictions", "", ""},
		{"unknown file of the page", "GET", "/swagger/swagger-initializer.js", "", ""},
		{"path of v1", "POST", "/v1/predict", jsonType, "{}"},
	}
}

// TestRefusals keeps the status and the whole body of every mistake that people
// make.
func TestRefusals(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{MaxBatch: 4})
	type kept struct {
		Name   string
		Asked  string // method and path, with which test/openapi finds what is documented
		Status int
		Allow  string `json:",omitempty"`
		Body   json.RawMessage
	}
	var got []kept
	for _, a := range refusals() {
		response := ask(handler, a.method, a.path, a.contentType, a.body, "X-Request-Id", "golden")
		if response.Code < 400 {
			t.Errorf("%s: accepted: %s", a.name, response.Body)
		}
		if contentType := response.Header().Get("Content-Type"); contentType != jsonType {
			t.Errorf("%s: the error is of type %q", a.name, contentType)
		}
		decodeStrictly[failure](t, bytes.NewReader(response.Body.Bytes()))
		got = append(got, kept{a.name, a.method + " " + a.path, response.Code, response.Header().Get("Allow"), bytes.TrimSpace(response.Body.Bytes())})
	}
	webtest.Golden(t, "refusals.golden.json", got)
}

func TestCompressedBodiesAreRefused(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	response := ask(handler, "POST", "/predict", jsonType, "\x1f\x8b", "Content-Encoding", "gzip")
	if got := decodeStrictly[failure](t, response.Body); response.Code != 415 || !strings.Contains(got.Error, "gzip") {
		t.Errorf("got %d %+v", response.Code, got)
	}
	body := `{"input":` + nestedJSON(numbers(), 3072) + `}`
	if response := ask(handler, "POST", "/predict", jsonType, body, "Content-Encoding", "identity"); response.Code != 200 {
		t.Errorf("identity: %d %s", response.Code, response.Body)
	}
}

func TestTensorModelsSayThatTheyTakeNoPictures(t *testing.T) {
	c := card()
	c.Preprocessor = nil
	handler := handlerWith(t, &fake{}, c, httpapi.Options{})
	picture := picturePNG(8, 8)
	formType, body := form(part{"image", picture})
	for contentType, body := range map[string]string{"image/png": picture, formType: body} {
		response := ask(handler, "POST", "/predict", contentType, body)
		if got := decodeStrictly[failure](t, response.Body); response.Code != 415 || strings.Contains(got.Expected, "image/") {
			t.Errorf("%s: %d %+v", contentType, response.Code, got)
		}
	}
	response := ask(handler, "POST", "/predict", jsonType, `{"image":"`+base64.StdEncoding.EncodeToString([]byte(picture))+`"}`)
	if got := decodeStrictly[failure](t, response.Body); response.Code != 422 || got.Code != "unsupported" {
		t.Errorf("%d %+v", response.Code, got)
	}
}
