//go:build documents && unix

package readme

import (
	"os"
	"path/filepath"
	"testing"
)

const root = "../.."

func TestMain(m *testing.M) { os.Exit(Main(m, root)) }

func TestBringYourModel(t *testing.T) {
	Run(t, root+"/docs/bring-your-model.md", Options{Environments: root + "/bin", Prepare: aPicture})
}

// aPicture puts a picture into a folder, as a reader has one.
func aPicture(folder string) error {
	data, err := os.ReadFile(root + "/model/samples/ship.png")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "picture.png"), data, 0o600)
}
