package cluster

import (
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/test/readme"
)

const (
	// here is what a document says of a block that its own test leaves out.
	here = "make cluster-test"
	// section is the README's that must have such a block.
	section = "Kubernetes"
)

// applied is what a command applies: -k or -f, and the path within deploy.
var applied = regexp.MustCompile(`\bkubectl apply (-[kf]) deploy/(\S+)`)

// documentsAreDone: kubectl does what documents show, as it is written there.
func documentsAreDone(t *testing.T, s *server, rendered map[string][]object) {
	blocks := shown(t)
	if !slices.ContainsFunc(blocks["README.md"], func(b readme.Block) bool { return b.Section == section }) {
		t.Errorf("README.md has no block in the section %s whose test is %s", section, here)
	}
	for i, document := range slices.Sorted(maps.Keys(blocks)) {
		for _, block := range blocks[document] {
			t.Run(fmt.Sprintf("%s:%d", document, block.Line), func(t *testing.T) {
				s.done(t, fmt.Sprintf("document-%d-line-%d", i, block.Line), block, rendered)
			})
		}
	}
}

// shown returns the blocks of all documents that run kubectl, or are said to be run
// here.
func shown(t *testing.T) map[string][]readme.Block {
	t.Helper()
	found := map[string][]readme.Block{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch base := path.Base(name); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "bin" || base != "." && strings.HasPrefix(base, ".")):
			return fs.SkipDir // of others' making
		case entry.IsDir() || path.Ext(name) != ".md":
			return nil
		}
		text, err := fs.ReadFile(os.DirFS(root), name)
		if err != nil {
			return err
		}
		blocks, err := readme.Blocks(string(text))
		for _, block := range blocks {
			shell := block.Language == "sh" || block.Language == "bash"
			if strings.Contains(block.Skip, here) || shell && strings.Contains(block.Text, "kubectl ") {
				found[name] = append(found[name], block)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// done runs a block, and looks whether the server has what it applies; then once more,
// which must change nothing, nor must kubectl see a difference.
func (s *server) done(t *testing.T, namespace string, block readme.Block, rendered map[string][]object) {
	commands := applied.FindAllStringSubmatch(block.Text, -1)
	if len(commands) == 0 {
		t.Fatalf("it applies nothing from deploy:\n%s", block.Text)
	}
	var expected []object
	for _, command := range commands {
		objects := rendered[command[2]]
		if len(objects) == 0 {
			t.Fatalf("nothing is known of what %s applies", command[0])
		}
		expected = append(expected, objects...)
	}
	sh := s.shell(t, namespace)
	s.forget(t, expected)
	each(t, sh.run(t, block.Text), len(expected), " created")
	before := s.stored(t, expected, namespace)
	for i, o := range expected {
		for _, difference := range missing("", map[string]any(o), map[string]any(before[i])) {
			t.Errorf("%v: %s", o, difference)
		}
	}
	// What the server takes for no change, kubectl calls configured if it has sent anything.
	each(t, sh.run(t, block.Text), len(expected), " unchanged", " configured")
	for i, after := range s.stored(t, expected, namespace) {
		if version := []any{"metadata", "resourceVersion"}; after.text(version...) != before[i].text(version...) {
			t.Errorf("%v: applied once more it has changed", after)
		}
	}
	for _, command := range commands {
		each(t, sh.run(t, fmt.Sprintf("kubectl diff %s deploy/%s", command[1], command[2])), 0)
	}
}

// stored returns objects as the server has them.
func (s *server) stored(t *testing.T, objects []object, namespace string) (stored []object) {
	t.Helper()
	for _, o := range objects {
		of, _ := s.pathOf(t, o, namespace)
		stored = append(stored, s.call(t, http.MethodGet, of, "", nil).object(t))
	}
	return stored
}

// forget deletes those objects that are in no namespace, which others have applied.
func (s *server) forget(t *testing.T, objects []object) {
	t.Helper()
	for _, o := range objects {
		of, _ := s.pathOf(t, o, "")
		if s.kinds[o.text("apiVersion")+" "+o.text("kind")].namespaced {
			continue
		}
		if got := s.call(t, http.MethodDelete, of, "", nil); got.status != http.StatusOK && got.status != http.StatusNotFound {
			t.Fatalf("%v: %d %s", o, got.status, got.body)
		}
	}
}

// each fails the test unless there are so many lines, each with one of the ends.
func each(t *testing.T, lines []string, many int, ends ...string) {
	t.Helper()
	for _, line := range lines {
		if !slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(line, end) }) {
			t.Errorf("%q does not end in %q", line, ends)
		}
	}
	if len(lines) != many {
		t.Errorf("%d lines, expected %d: %q", len(lines), many, lines)
	}
}
