package portent_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "github.com/portent-go/portent/"

// rule says what the Go files of a folder may import besides their own folder.
// A pattern that ends in /... stands for the folder and all below it.
type rule struct {
	folder  string
	project []string // folders of this project
	foreign []string // modules of others; the standard library is allowed unless barred
	barred  []string // parts of the standard library that are not
	tests   []string // modules of others that its tests may import beside these
	why     string
}

// outside is what the core must not touch.
var outside = []string{"encoding/...", "net/...", "log/...", "os/...", "io/...", "database/...", "html/...", "text/template", "flag", "plugin", "syscall", "unsafe"}

// withUnsafe is outside for folders that hand addresses to assembly.
var withUnsafe = outside[:len(outside)-1]

var law = []rule{
	{folder: ".", why: "only this test and what builds the project"},
	{folder: "domain", barred: outside, why: "values and rules know nothing of the world"},
	{folder: "domain/vision", project: []string{"domain"}, barred: outside, why: "a rule about pixels"},
	{folder: "domain/serving", project: []string{"domain", "domain/vision", "ports"}, barred: outside, why: "use cases stand on the port"},
	{folder: "ports", project: []string{"domain"}, barred: outside, why: "an interface names no technology"},
	{folder: "ports/predictortest", project: []string{"domain", "ports"}, barred: []string{"net/...", "os/..."}, why: "the contract knows no engine"},
	{folder: "adapters/format/onnxfile", project: []string{"domain"}, foreign: []string{"google.golang.org/protobuf"}, barred: []string{"net/..."}, tests: []string{"github.com/owulveryck/onnx-go", "gonum.org/v1/gonum"}, why: "a file format"},
	{folder: "adapters/format/onnxfile/onnxtest", project: []string{"domain", "adapters/format/onnxfile"}, foreign: []string{"google.golang.org/protobuf"}, barred: []string{"net/..."}, why: "builds models for tests"},
	{folder: "adapters/format/jsontensor", project: []string{"domain"}, barred: []string{"net/..."}, why: "numbers in JSON, without HTTP"},
	{folder: "adapters/format/openinference", project: []string{"domain", "adapters/format/jsontensor"}, barred: []string{"net/..."}, why: "a wire format"},
	{folder: "adapters/format/openinference/inferencepb", project: []string{"domain", "adapters/format/openinference"}, foreign: []string{"google.golang.org/grpc", "google.golang.org/protobuf"}, barred: []string{"net/..."}, why: "generated messages, and tensors in them"},
	{folder: "adapters/format/npy", project: []string{"domain"}, barred: []string{"net/...", "os/..."}, why: "a file format"},
	{folder: "adapters/format/picture", project: []string{"domain"}, foreign: []string{"golang.org/x/image"}, barred: []string{"net/..."}, why: "a file format"},
	{folder: "adapters/engine/openinference", project: []string{"domain", "ports", "adapters/format/openinference", "adapters/format/openinference/inferencepb"}, foreign: []string{"github.com/sony/gobreaker/v2", "google.golang.org/genproto/googleapis/rpc/errdetails", "google.golang.org/grpc"}, barred: []string{"os/..."}, tests: []string{"google.golang.org/protobuf"}, why: "an engine knows no transport and no other engine"},
	{folder: "adapters/engine/onnxgo", project: []string{"domain", "ports", "adapters/format/onnxfile", "adapters/engine/onnxgo/internal/..."}, foreign: []string{"go4.org/unsafe/assume-no-moving-gc"}, barred: []string{"net/..."}, why: "an engine knows no transport and no other engine"},
	{folder: "adapters/engine/onnxgo/internal/decode", project: []string{"domain", "adapters/format/onnxfile", "adapters/engine/onnxgo/internal/operator"}, foreign: []string{"github.com/owulveryck/onnx-go", "gonum.org/v1/gonum"}, why: "the only room that knows onnx-go"},
	{folder: "adapters/engine/onnxgo/internal/blocked", project: []string{"adapters/engine/onnxgo/internal/kernels", "adapters/engine/onnxgo/internal/micro", "adapters/engine/onnxgo/internal/team"}, barred: withUnsafe, why: "numbers on slices, cut for the kernels"},
	{folder: "adapters/engine/onnxgo/internal/graph", project: []string{"domain", "adapters/engine/onnxgo/internal/blocked", "adapters/engine/onnxgo/internal/micro", "adapters/engine/onnxgo/internal/operator", "adapters/engine/onnxgo/internal/team"}, barred: outside, why: "plans know no file and no Gorgonia"},
	{folder: "adapters/engine/onnxgo/internal/kernels", barred: outside, why: "numbers on slices"},
	{folder: "adapters/engine/onnxgo/internal/micro", foreign: []string{"golang.org/x/sys/cpu"}, barred: withUnsafe, tests: []string{"golang.org/x/sys"}, why: "numbers in vectors"},
	{folder: "adapters/engine/onnxgo/internal/micro/gen", foreign: []string{"github.com/mmcloughlin/avo"}, why: "writes assembly"},
	{folder: "adapters/engine/onnxgo/internal/operator", project: []string{"domain", "adapters/engine/onnxgo/internal/blocked", "adapters/engine/onnxgo/internal/kernels", "adapters/engine/onnxgo/internal/micro", "adapters/engine/onnxgo/internal/team"}, barred: outside, why: "operators know no graph"},
	{folder: "adapters/engine/onnxgo/internal/team", barred: outside, why: "threads know no numbers"},
	{folder: "adapters/engine/onnxgo/internal/tape", project: []string{"domain", "adapters/engine/onnxgo/internal/graph"}, foreign: []string{"gorgonia.org", "github.com/chewxy/hm"}, why: "the only room that knows Gorgonia"},
	{folder: "adapters/transport/internal/web", project: []string{"domain", "adapters/format/jsontensor"}, why: "what transports over HTTP have in common"},
	{folder: "adapters/transport/internal/web/webtest", barred: []string{"net/..."}, why: "compares answers for tests"},
	{folder: "adapters/transport/internal/protocol", project: []string{"domain", "domain/serving", "adapters/format/openinference"}, barred: []string{"net/...", "os/..."}, why: "what the forms of one protocol have in common"},
	{folder: "adapters/transport/httpapi", project: []string{"domain", "domain/vision", "domain/serving", "adapters/format/jsontensor", "adapters/format/picture", "adapters/transport/httpapi/internal/...", "adapters/transport/internal/web", "docs"}, foreign: []string{"github.com/gorilla/mux"}, why: "a transport knows use cases and no engine"},
	{folder: "adapters/transport/openinference", project: []string{"domain", "domain/serving", "adapters/format/jsontensor", "adapters/format/openinference", "adapters/transport/internal/protocol", "adapters/transport/internal/web", "docs"}, why: "a transport knows use cases and no engine"},
	{folder: "adapters/transport/grpcapi", project: []string{"domain", "domain/serving", "adapters/format/openinference", "adapters/format/openinference/inferencepb", "adapters/transport/internal/protocol"}, foreign: []string{"google.golang.org/genproto/googleapis/rpc/errdetails", "google.golang.org/grpc", "google.golang.org/protobuf"}, barred: []string{"os/...", "net/http/..."}, why: "a transport knows use cases and no engine"},
	{folder: "adapters/transport/connlimit", why: "connections, whatever comes over them"},
	{folder: "adapters/transport/guard", project: []string{"domain", "adapters/transport/internal/web"}, foreign: []string{"github.com/hashicorp/golang-lru/v2/simplelru", "github.com/rs/cors", "golang.org/x/time/rate"}, why: "knows callers and no protocol beyond HTTP"},
	{folder: "adapters/transport/guard/grpcguard", project: []string{"domain", "adapters/format/openinference/inferencepb", "adapters/transport/guard"}, foreign: []string{"google.golang.org/grpc"}, barred: []string{"os/...", "net/http/..."}, why: "the guard before gRPC"},
	{folder: "adapters/transport/tlsfiles", project: []string{"domain"}, barred: []string{"net/..."}, why: "reads certificates, listens to nothing"},
	{folder: "adapters/transport/tlsfiles/tlstest", barred: []string{"net/http/..."}, why: "makes certificates for tests"},
	{folder: "adapters/observe/metrics", project: []string{"domain", "domain/serving"}, foreign: []string{"github.com/prometheus/client_golang", "github.com/prometheus/client_model"}, why: "the only room that knows Prometheus"},
	{folder: "adapters/observe/tracing", project: []string{"domain", "domain/serving", "ports"}, foreign: []string{"go.opentelemetry.io", "google.golang.org/grpc"}, tests: []string{"google.golang.org/protobuf"}, why: "the only room that knows OpenTelemetry"},
	{folder: "model", project: []string{"domain", "domain/serving", "domain/vision", "adapters/format/onnxfile"}, barred: []string{"net/..."}, why: "reads folders, runs nothing"},
	{folder: "cmd/portent/internal/loadgen", project: []string{"domain"}, foreign: []string{"github.com/HdrHistogram/hdrhistogram-go"}, barred: []string{"net/...", "os/..."}, why: "sends requests to whatever answers, and measures"},
	{folder: "cmd/portent/internal/benchresult", project: []string{"domain", "cmd/portent/internal/loadgen", "cmd/portent/internal/term"}, foreign: []string{"golang.org/x/perf/benchmath"}, barred: []string{"net/..."}, why: "figures, and how they are shown and compared"},
	{folder: "cmd/portent/internal/modelfolder", project: []string{"domain"}, barred: []string{"net/..."}, why: "writes folders that package model reads"},
	{folder: "cmd/portent/internal/term", foreign: []string{"github.com/rivo/uniseg", "github.com/schollz/progressbar/v3", "golang.org/x/sys/windows", "golang.org/x/term"}, barred: []string{"net/..."}, why: "how it looks, and not what is said"},
	{folder: "cmd/portent/internal/term/termtest", foreign: []string{"golang.org/x/sys/unix"}, barred: []string{"net/..."}, why: "a terminal for tests"},
	{folder: "cmd/portent", project: []string{"..."}, foreign: []string{"github.com/spf13", "github.com/bmatcuk/doublestar/v4", "github.com/dustin/go-humanize", "github.com/KimMachineGun/automemlimit", "google.golang.org/grpc/stats"}, tests: []string{"go.opentelemetry.io/proto/otlp", "golang.org/x/sys/unix", "google.golang.org/grpc", "google.golang.org/protobuf"}, why: "the only place where adapters meet"},
	{folder: "test/servertest", barred: []string{"net/http/..."}, why: "starts the program for tests, from outside"},
	{folder: "tools/protogen", foreign: []string{"github.com/bufbuild/protocompile", "google.golang.org/protobuf"}, why: "writes Go from .proto files"},
	{folder: "adapters/transport/httpapi/internal/swaggerui", why: "files, and how they are sent"},
	{folder: "adapters/transport/httpapi/internal/frontpage", why: "files, and how they are sent"},
	{folder: "docs", barred: outside, why: "generated documents, as they are"},
	{folder: "docs/examples/go", why: "to be copied: the standard library does"},
	{folder: "docs/examples/library", project: []string{"domain/serving", "adapters/engine/onnxgo", "model"}, why: "what a program needs that predicts by itself"},
	{folder: "tools/openapi", foreign: []string{"github.com/getkin/kin-openapi"}, why: "writes documents when generating"},
	{folder: "tools/swaggerui", foreign: []string{"github.com/swaggo"}, why: "writes files when generating"},
	{folder: "bench/...", project: []string{"..."}, foreign: []string{"fortio.org", "github.com/gomlx", "github.com/jedib0t/go-pretty", "github.com/owulveryck/onnx-go", "github.com/shirou/gopsutil", "github.com/yalue/onnxruntime_go", "go4.org/unsafe/assume-no-moving-gc", "gonum.org", "gorgonia.org/tensor"}, why: "a module of its own, which knows all peers"},
	{folder: "test/conformance", project: []string{"domain", "adapters/engine/onnxgo", "adapters/format/onnxfile"}, foreign: []string{"github.com/owulveryck/onnx-go", "gorgonia.org/tensor"}, why: "a module of its own, which sees the engine from outside"},
	{folder: "test/cluster", project: []string{"test/readme"}, foreign: []string{"k8s.io/apimachinery", "sigs.k8s.io"}, why: "a module of its own, which knows manifests and documents only"},
	{folder: "test/deploy", project: []string{"domain", "model", "adapters/format/openinference/inferencepb"}, foreign: []string{"github.com/prometheus-operator", "golang.org/x/sys", "google.golang.org/grpc", "k8s.io", "sigs.k8s.io"}, why: "a module of its own, which starts the program as Kubernetes does"},
	{folder: "test/openapi", project: []string{"domain", "domain/serving", "domain/vision", "ports/predictortest", "adapters/transport/guard", "adapters/transport/httpapi", "adapters/transport/openinference"}, foreign: []string{"github.com/getkin/kin-openapi"}, why: "a module of its own, which sees the transport from outside"},
	{folder: "test/soak", project: []string{"domain", "model", "adapters/format/onnxfile", "adapters/format/openinference/inferencepb"}, foreign: []string{"google.golang.org/genproto/googleapis/rpc/errdetails", "google.golang.org/grpc"}, why: "drives the program from outside"},
	{folder: "test/...", project: []string{"..."}, foreign: []string{"github.com/chromedp", "github.com/oapi-codegen/runtime", "go.opentelemetry.io/proto/otlp", "google.golang.org/protobuf"}, tests: []string{"golang.org/x/sys/unix"}, why: "tests of the program from outside"},
}

// testsMayImport is what test files may import beyond their folder's rule: the
// contract suite, readers for golden files, and the standard library as a whole.
var testsMayImport = []string{"domain", "domain/vision", "domain/serving", "ports", "ports/predictortest", "adapters/format/onnxfile", "adapters/format/onnxfile/onnxtest", "adapters/format/picture", "adapters/transport/internal/web/webtest", "adapters/transport/tlsfiles/tlstest", "cmd/portent/internal/term/termtest", "test/servertest", "model"}

// forTests are the folders that only test files may import.
var forTests = []string{"ports/predictortest", "adapters/format/onnxfile/onnxtest", "adapters/transport/internal/web/webtest", "adapters/transport/tlsfiles/tlstest", "cmd/portent/internal/term/termtest", "test/servertest"}

func TestLawOfTheHouse(t *testing.T) {
	for _, violation := range check(os.DirFS("."), law) {
		t.Error(violation)
	}
}

// check returns how the Go files below a folder break the law.
func check(fsys fs.FS, law []rule) (violations []string) {
	used := make(map[string]bool)
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".go" {
			return skipHidden(name, entry, err)
		}
		r, ok := ruleOf(law, path.Dir(name))
		if !ok {
			violations = append(violations, name+": its folder is in no row of the law")
			return nil
		}
		used[r.folder] = true
		imports, err := importsOf(fsys, name)
		for _, imported := range imports {
			if !allowed(r, name, imported) {
				violations = append(violations, fmt.Sprintf("%s must not import %s: %s", name, imported, r.why))
			}
		}
		return err
	})
	if err != nil {
		violations = append(violations, err.Error())
	}
	for _, r := range law {
		if !used[r.folder] {
			violations = append(violations, "the law's row "+r.folder+" matches no folder")
		}
	}
	return violations
}

// skipHidden leaves out folders that the Go command leaves out too.
func skipHidden(name string, entry fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	base := path.Base(name)
	if entry.IsDir() && name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || name == "bin") {
		return fs.SkipDir
	}
	return nil
}

func importsOf(fsys fs.FS, name string) ([]string, error) {
	source, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var imports []string
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		imports = append(imports, imported)
	}
	return imports, nil
}

func ruleOf(law []rule, folder string) (rule, bool) {
	for _, r := range law {
		if matches(r.folder, folder) {
			return r, true
		}
	}
	return rule{}, false
}

// matches reports whether a pattern stands for a path.
func matches(pattern, name string) bool {
	prefix, below := strings.CutSuffix(pattern, "...")
	if !below {
		return pattern == name
	}
	return strings.HasPrefix(name+"/", prefix)
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, name) })
}

func allowed(r rule, file, imported string) bool {
	isTest := strings.HasSuffix(file, "_test.go")
	if folder, ours := strings.CutPrefix(imported, module); ours {
		switch {
		case folder == path.Dir(file), isTest && (slices.Contains(testsMayImport, folder) || sameAdapter(folder, file)):
			return true
		case slices.Contains(forTests, folder):
			return isTest || r.folder == "bench/..." || r.folder == "test/soak" // which build networks too
		default:
			return matchesAny(r.project, folder)
		}
	}
	if imported == "C" { // the whole project is pure Go
		return false
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return isTest || !matchesAny(r.barred, imported)
	}
	foreign := r.foreign
	if isTest {
		foreign = slices.Concat(r.foreign, r.tests)
	}
	return slices.ContainsFunc(foreign, func(module string) bool { return matches(module+"/...", imported) })
}

// sameAdapter reports whether a folder and a file belong to one adapter, whose
// rooms may use each other in tests.
func sameAdapter(folder, file string) bool {
	of := func(name string) string {
		parts := strings.SplitN(name, "/", 4)
		return strings.Join(parts[:min(len(parts), 3)], "/")
	}
	return strings.HasPrefix(folder, "adapters/") && of(folder) == of(file)
}

// planted is a small project that keeps a law of four rows.
func planted() (fstest.MapFS, []rule) {
	source := func(name string, imports ...string) *fstest.MapFile {
		text := "package " + name + "\n"
		for _, imported := range imports {
			text += "import _ " + strconv.Quote(imported) + "\n"
		}
		return &fstest.MapFile{Data: []byte(text)}
	}
	fsys := fstest.MapFS{
		"domain/value.go":             source("domain", "fmt"),
		"domain/value_test.go":        source("domain_test", "os", module+"domain"),
		"ports/port.go":               source("ports", module+"domain"),
		"adapters/engine/one.go":      source("engine", module+"ports", "gorgonia.org/tensor"),
		"adapters/engine/one_test.go": source("engine", module+"ports/predictortest"),
		"cmd/portent/main.go":         source("main", module+"adapters/engine", "os"),
		".hidden/x.go":                {Data: []byte("not Go")},
		"_old/x.go":                   {Data: []byte("not Go")},
		"ports/testdata/case.go":      {Data: []byte("not Go")},
	}
	return fsys, []rule{
		{folder: "domain", barred: outside},
		{folder: "ports", project: []string{"domain"}},
		{folder: "adapters/engine", project: []string{"domain", "ports"}, foreign: []string{"gorgonia.org"}},
		{folder: "cmd/portent", project: []string{"..."}},
	}
}

func TestTheLawNoticesWhatIsPlanted(t *testing.T) {
	sound, rows := planted()
	if violations := check(sound, rows); len(violations) > 0 {
		t.Fatalf("a sound project: %v", violations)
	}
	for _, test := range []struct{ name, file, imported, want string }{
		{"the core imports the world", "domain/bad.go", "net/http", "domain/bad.go must not import net/http"},
		{"the core imports JSON", "domain/bad.go", "encoding/json", "must not import encoding/json"},
		{"the core imports the port", "domain/bad.go", module + "ports", "must not import"},
		{"the core's test imports an engine", "domain/bad_test.go", module + "adapters/engine", "must not import"},
		{"a file of another system", "domain/bad_plan9.go", "os", "must not import os"},
		{"a module of others", "ports/bad.go", "gorgonia.org/tensor", "must not import gorgonia.org/tensor"},
		{"a module whose name begins like an allowed one", "adapters/engine/bad.go", "gorgonia.organic/tensor", "must not import"},
		{"an engine imports a transport", "adapters/engine/bad.go", module + "adapters/transport/httpapi", "must not import"},
		{"an engine's test imports a transport", "adapters/engine/bad_test.go", module + "adapters/transport/httpapi", "must not import"},
		{"the contract suite outside a test", "ports/bad.go", module + "ports/predictortest", "must not import"},
		{"the contract suite in the program", "cmd/portent/bad.go", module + "ports/predictortest", "must not import"},
		{"C", "cmd/portent/bad.go", "C", "must not import C"},
		{"a new folder", "adapters/new/file.go", "fmt", "is in no row of the law"},
	} {
		t.Run(test.name, func(t *testing.T) {
			fsys, rows := planted()
			source := "//go:build never\n\npackage bad\n\nimport _ " + strconv.Quote(test.imported) + "\n"
			fsys[test.file] = &fstest.MapFile{Data: []byte(source)}
			if violations := check(fsys, rows); len(violations) != 1 || !strings.Contains(violations[0], test.want) {
				t.Errorf("%q, expected one with %q", violations, test.want)
			}
		})
	}
	fsys, rows := planted()
	if violations := check(fsys, append(rows, rule{folder: "gone"})); len(violations) != 1 || !strings.Contains(violations[0], "gone matches no folder") {
		t.Errorf("a row for no folder: %q", violations)
	}
	fsys["ports/bad.go"] = &fstest.MapFile{Data: []byte("not Go")}
	if violations := check(fsys, rows); len(violations) == 0 {
		t.Error("a file that cannot be read passes")
	}
}

// TestTheCoreIsPlain walks the domain's files: no struct tags, and no goroutines
// but in the use cases.
func TestTheCoreIsPlain(t *testing.T) {
	err := fs.WalkDir(os.DirFS("."), "domain", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok && field.Tag != nil {
				t.Errorf("%s has a struct tag: %s", name, field.Tag.Value)
			}
			if _, ok := n.(*ast.GoStmt); ok && path.Dir(name) != "domain/serving" {
				t.Errorf("%s starts a goroutine", name)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
