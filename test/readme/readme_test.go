//go:build documents && unix

package readme

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/adapters/transport/tlsfiles/tlstest"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/test/internal/docker"
)

// TestReadme does what README.md says, each section in a fresh clone in which its
// readers have what is theirs: models, certificates and tokens.
func TestReadme(t *testing.T) {
	t.Setenv("GOFLAGS", "-trimpath -tags="+tags)               // what is compiled already is not compiled again for another folder
	for _, folder := range []string{"GOCACHE", "GOMODCACHE"} { // which the sections' own home has not
		out, err := exec.Command("go", "env", folder).Output()
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv(folder, strings.TrimSpace(string(out)))
	}
	// An engine would publish ports in another network than the test's own.
	programs, err := docker.StandIn(t)
	if err != nil {
		t.Logf("no docker: %v", err)
	}
	Run(t, root+"/README.md", Options{Environments: root + "/bin", Path: programs, Prepare: func(folder string) error {
		if err := clone(folder); err != nil {
			return err
		}
		authority := tlstest.NewAuthority(t)
		server := authority.Issue(t, "server")
		for name, content := range map[string][]byte{
			"ca.crt": authority.PEM, "tls.crt": server.Certificate, "tls.key": server.Key,
			"tokens":      []byte(token + "\n"),
			"classes.txt": []byte("airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n"),
			"three.onnx":  threeRefusals(),
		} {
			if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
				return err
			}
		}
		return ownFiles(folder)
	}})
}

const token = "a-token-of-those-who-read-the-readme-0123456789"

// clone copies the repository as it is here, what is not committed included.
func clone(folder string) error {
	listing := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	listing.Dir = root
	list, err := listing.Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		content, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) { // deleted, and not committed yet
			continue
		}
		if err == nil {
			err = os.MkdirAll(filepath.Join(folder, filepath.Dir(name)), 0o750)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), content, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ownFiles makes of the shipped model what is called otherwise in the text.
func ownFiles(folder string) error {
	const script = `mkdir -p models/bert
for copy in my-model models/resnet models/bert/1 models/bert/2; do cp -r model $copy; done
for copy in net.onnx old.onnx new.onnx; do cp model/model.onnx $copy; done
cp model/test_data_set_0/input_0.pb x.pb
cp model/test_data_set_0/output_0.pb y.pb
cp model/samples/ship.png ship.png`
	copying := exec.Command("bash", "-ec", script)
	copying.Dir = folder
	if out, err := copying.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// threeRefusals is a network that cannot be run for three reasons.
func threeRefusals() []byte {
	list := func(names ...string) []string { return names }
	weights, err := domain.NewTensor(domain.Shape{4, 3}, make([]float32, 12))
	if err != nil {
		panic(err)
	}
	one, err := domain.NewTensor(domain.Shape{1}, []uint8{1})
	if err != nil {
		panic(err)
	}
	return onnxtest.NewModel(20).Opset("com.microsoft", 1).
		Input("x", domain.FP32, domain.Shape{domain.Dynamic, 4}).Output("y", domain.FP32, domain.Shape{domain.Dynamic, 3}).
		Initializer("w", weights).Initializer("one", one).
		Node("MatMul", list("x", "w"), list("product")).
		Node("Relu", list("product"), list("/net/relu"), onnxtest.Float("alpha", 0.5)).
		DomainNode("com.microsoft", "FusedGelu", list("/net/relu"), list("/net/act")).
		Node("ImageDecoder", list("/net/act"), list("/net/decode")).
		Node("Add", list("/net/decode", "one"), list("y")).Bytes()
}
