//go:build documents && unix

package readme

import (
	"os"
	"testing"
)

const root = "../.."

func TestMain(m *testing.M) { os.Exit(Main(m, root)) }

func TestBringYourModel(t *testing.T) {
	Run(t, root+"/docs/bring-your-model.md", Options{Environments: root + "/bin"})
}
