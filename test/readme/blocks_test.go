package readme

import (
	"reflect"
	"strings"
	"testing"
)

const document = "# Title\n" +
	"```sh\necho one\n```\n" +
	"## First\ntext `code` and ``more``\n" +
	"<!-- run: python=some-python file=export.py -->\n" +
	"```python\nprint(1)\n# ## no heading\n```\n" +
	"<!-- a comment for people -->\n" +
	"### Below it\n" +
	"  ~~~~ text\n  a\n  ```\n    b\n  ~~~~~\n" +
	"## Second ##\n" +
	"<!-- run: of=\"portent inspect \\\"a b\\\"\" exit=2 digest -->\n" +
	"```text\n```\n"

func TestBlocks(t *testing.T) {
	got, err := Blocks(document)
	if err != nil {
		t.Fatal(err)
	}
	want := []Block{
		{Language: "sh", Section: "Title", Line: 2, Text: "echo one\n"},
		{Language: "python", Section: "First", Line: 8, Text: "print(1)\n# ## no heading\n", Python: "some-python", File: "export.py"},
		{Language: "text", Section: "First", Line: 14, Text: "a\n```\n  b\n"},
		{Language: "text", Section: "Second", Line: 21, Of: `portent inspect "a b"`, Exit: 2, Digest: true},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nexpected\n%+v", got, want)
	}
	var sizes []int
	for _, section := range Sections(got) {
		sizes = append(sizes, len(section))
	}
	if !reflect.DeepEqual(sizes, []int{1, 2, 1}) {
		t.Errorf("the sections have %v blocks", sizes)
	}
}

func TestBlocksRefuses(t *testing.T) {
	for _, test := range []struct{ document, want string }{
		{"```sh\necho\n``\n", "line 1: the fence is not closed"},
		{"<!-- run: exit=2 -->\n\n```sh\n```\n", "line 2: no fence follows"},
		{"<!-- run: colour=red -->\n```sh\n```\n", `line 1: there is no attribute "colour"`},
		{"<!-- run: exit=two -->\n```sh\n```\n", "invalid syntax"},
		{"<!-- run: skip -->\n```sh\n```\n", "attribute skip has the value"},
		{"<!-- run: digest=yes -->\n```sh\n```\n", "attribute digest has the value"},
		{"<!-- run: of=\"open -->\n```sh\n```\n", "is no attribute"},
		{"<!-- run: two words -->\n```sh\n```\n", "attribute two has the value"},
	} {
		if _, err := Blocks(test.document); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, expected ... %s", test.document, err, test.want)
		}
	}
}

func TestCompare(t *testing.T) {
	for _, test := range []struct {
		name, shown, printed string
		same                 bool
	}{
		{"space", "a  b\nc\n", "a b  c", true},
		{"a word", "a b c", "a x c", false},
		{"less", "a b", "a b c", false},
		{"more", "a b c", "a b", false},
		{"numbers", "p 0.97360 [1,2]", "p 0.97361 [1,2]", true},
		{"another number", "p 0.97", "p 0.96", false},
		{"another count", "12 nodes", "13 nodes", false},
		{"another sign", "p 0.5", "p -0.5", false},
		{"rounding", "largest 2.9e-06", "largest 4.1e-07", true},
		{"not rounding", "largest 2.9e-06", "largest 4.1e-03", false},
		{"text around a number", "v1.5x", "v1.5y", false},
		{"times", "ready in 50 ms", "ready in 1200 ms", true},
		{"no time", "ready in 50 models", "ready in 60 models", false},
		{"digests", "sha256 9fb05f17fb02", "sha256 0123456789ab", true},
		{"processors", "cpu (amd64, avx512)", "cpu (arm64)", true},
		{"elements", "ok logits[0,3]", "ok logits[4,7]", true},
		{"dots", "a\n...\nc", "a b1 b2 c", true},
		{"dots for nothing", "a\n...\nc", "a c", true},
		{"dots at the end", "a\n...\n", "a b c", true},
		{"dots at the begin", "...\nc\n", "a b c", true},
		{"dots twice", "a\n...\nc\n...\ne\n", "a b c d e", true},
		{"after dots", "a\n...\nd", "a b c", false},
		{"before dots", "b\n...\nc", "a b c", false},
		{"between dots", "a\n...\nx\n...\ne\n", "a b c d e", false},
		{"JSON in another form", "{\"a\": [1, 2.0001],\n \"b\": null}", `{"b":null,"a":[1,2]}`, true},
		{"JSON, another number", `{"a":[1,2]}`, `{"a":[1,3]}`, false},
		{"JSON, another length", `{"a":[1,2]}`, `{"a":[1,2,3]}`, false},
		{"JSON, another key", `{"a":1}`, `{"b":1}`, false},
		{"JSON, another string", `{"a":"x y"}`, `{"a":"x z"}`, false},
		{"JSON, another type", `{"a":"1"}`, `{"a":1}`, false},
		{"JSON, a digest", `{"a":"9fb05f17fb02"}`, `{"a":"0123456789ab"}`, true},
		{"JSON, a request", `{"request_id":"PX5HDETHRDLU267M6ABHM5FFYX"}`, `{"request_id":"AAAHDETHRDLU267M6ABHM5FFYX"}`, true},
	} {
		if err := Compare(test.shown, test.printed, false); (err == nil) != test.same {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if Compare("sha256 9fb05f17fb02", "sha256 0123456789ab", true) == nil {
		t.Error("a digest that counts does not")
	}
}
