package model

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// Folder is a model as it was handed over.
type Folder struct {
	Source    string           // where it is, for people
	Directory string           // the folder's path; that in the repository for the model inside the binary
	ONNX      []byte           // the network's file
	FS        fs.FS            // the folder that the network's file is in, where weights may be beside it
	Card      serving.Card     // name, labels, preprocessing
	Vectors   []serving.Vector // its test vectors, in order; nil where it has none
	Sample    string           // the first picture in samples/, as a path in the folder; "" where there is none
	Example   []byte           // that picture's file
	Samples   fs.FS            // the folder samples/; nil where there is none

	network string // the network's file, as a path in the folder
}

// Limits of what is read into memory, in bytes.
const (
	maxNetwork = 2 << 30
	maxConfig  = 1 << 20
	maxVector  = 256 << 20
	maxSample  = 16 << 20
)

// names under which the network is looked for.
var networkNames = []string{"model.onnx", "onnx/model.onnx"}

// OpenPath reads a folder, or a bare .onnx file: the latter has no labels,
// preprocessing or test vectors.
func OpenPath(name string) (*Folder, error) {
	info, err := os.Stat(name)
	switch {
	case os.IsNotExist(err):
		return nil, &domain.Error{
			Kind: domain.NotFound, Field: "model " + name, Msg: "no such file or folder",
			Hint: orFound("name a folder that holds model.onnx, or an .onnx file", name),
		}
	case err != nil:
		return nil, domain.Errorf(domain.Invalid, "model %s: %w", name, err)
	case info.IsDir():
		absolute, err := filepath.Abs(name)
		if err != nil {
			return nil, domain.Errorf(domain.Invalid, "model %s: %w", name, err)
		}
		f, err := Open(os.DirFS(name), filepath.Base(absolute), name)
		if err != nil {
			return nil, err
		}
		f.Directory = name
		return f, f.confine(name)
	default:
		return openFile(name)
	}
}

// OpenNetwork reads the network of a folder or a bare .onnx file, and nothing of
// what is beside it.
func OpenNetwork(name string) (*Folder, error) {
	info, err := os.Stat(name)
	if err != nil || !info.IsDir() {
		return OpenPath(name)
	}
	f := &Folder{Source: name, Directory: name, FS: os.DirFS(name), Card: serving.Card{Name: filepath.Base(name)}}
	network, err := findNetwork(f.FS, name)
	if err != nil {
		return nil, err
	}
	if err := f.readNetwork(network); err != nil {
		return nil, err
	}
	return f, f.confine(name)
}

// NetworkFile returns the path of the network's file.
func (f *Folder) NetworkFile() string {
	if f.Directory == "" {
		return f.Source // a bare file
	}
	return filepath.Join(f.Directory, filepath.FromSlash(f.network))
}

// confine bounds what is read beside the network's file to the folder that it is
// in: a link that leads out of it is no way to other files of the machine.
func (f *Folder) confine(directory string) error {
	root, err := os.OpenRoot(filepath.Join(directory, filepath.FromSlash(path.Dir(f.network))))
	if err != nil {
		return domain.Errorf(domain.Invalid, "model %s: %w", f.Source, err)
	}
	f.FS = root.FS() // closes itself when nobody needs it any more
	f.Samples = samplesIn(directory)
	return nil
}

func openFile(name string) (*Folder, error) {
	directory, base := filepath.Dir(name), filepath.Base(name)
	f := &Folder{Source: name, FS: os.DirFS(directory)}
	if err := f.readNetwork(base); err != nil {
		return nil, err
	}
	f.Card.Name = strings.TrimSuffix(base, filepath.Ext(base))
	return f, f.confine(directory)
}

// Open reads a model's folder. Name is the model's where its config.json has
// none, source is where it comes from, for messages. A file that is damaged, or
// says what cannot be done, is an error of kind Invalid or Unsupported that names
// the file and the place in it.
func Open(fsys fs.FS, name, source string) (*Folder, error) {
	f := &Folder{Source: source, FS: fsys, Card: serving.Card{Name: name, Version: defaultVersion}}
	network, err := findNetwork(fsys, source)
	if err != nil {
		return nil, err
	}
	if err := f.readNetwork(network); err != nil {
		return nil, err
	}
	return f, f.readRest(fsys)
}

// OpenCard reads a folder that says what a model is which runs elsewhere: labels,
// preprocessing, test vectors and samples, without a network.
func OpenCard(directory string) (*Folder, error) {
	absolute, err := filepath.Abs(directory)
	if err != nil {
		return nil, domain.Errorf(domain.Invalid, "model %s: %w", directory, err)
	}
	if info, err := os.Stat(directory); err != nil || !info.IsDir() {
		return nil, &domain.Error{Kind: domain.NotFound, Field: "model " + directory, Msg: "no such folder", Err: err}
	}
	f := &Folder{Source: directory, Directory: directory, FS: os.DirFS(directory), Card: serving.Card{Name: filepath.Base(absolute), Version: defaultVersion}}
	err = f.readRest(f.FS)
	f.Samples = samplesIn(directory)
	return f, err
}

// readRest reads what is beside the network.
func (f *Folder) readRest(fsys fs.FS) error {
	for _, read := range []func(fs.FS) error{f.readConfig, f.readPreprocessor, f.readVectors, f.readSample} {
		if err := read(fsys); err != nil {
			return err
		}
	}
	return nil
}

// findNetwork returns the name of a folder's network.
func findNetwork(fsys fs.FS, source string) (string, error) {
	name, networks := lookForNetwork(fsys)
	if name != "" {
		return name, nil
	}
	holds := "the folder holds no model.onnx"
	if len(networks) > 1 {
		holds = fmt.Sprintf("the folder holds %d networks and none is model.onnx: %s", len(networks), strings.Join(networks, ", "))
	}
	return "", &domain.Error{
		Kind: domain.NotFound, Field: "model " + source, Msg: holds,
		Expected: strings.Join(networkNames, " or ") + ", or one file .onnx of another name",
		Hint:     orFound("export the model with torch.onnx.export(model, example, \"model.onnx\")", source),
	}
}

// lookForNetwork returns the name of a folder's network: one of the usual names, or
// that of the only .onnx file, since not everybody who stores models renames them.
// Where there are several, it returns their names.
func lookForNetwork(fsys fs.FS) (name string, several []string) {
	for _, candidate := range networkNames {
		if _, err := fs.Stat(fsys, candidate); err == nil {
			return candidate, nil
		}
	}
	networks, err := fs.Glob(fsys, "*.onnx")
	if err == nil && len(networks) == 1 {
		return networks[0], nil
	}
	return "", networks
}

// holdsNetwork reports whether there is a network in a folder. A folder that is not
// there, or is a file, holds none; that it cannot be read is an error.
func holdsNetwork(fsys fs.FS) (bool, error) {
	for _, candidate := range networkNames {
		if _, err := fs.Stat(fsys, candidate); err == nil || existing(err) != nil {
			return err == nil, err
		}
	}
	if _, err := fs.ReadDir(fsys, "."); err != nil {
		return false, existing(err)
	}
	name, _ := lookForNetwork(fsys)
	return name != "", nil
}

// existing returns an error unless it says that there is no such file or folder.
func existing(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	}
	return err
}

const defaultVersion = "1"

func (f *Folder) readNetwork(name string) (err error) {
	if f.ONNX, err = readFile(f.FS, name, maxNetwork); err != nil {
		return err
	}
	f.network = name
	if folder := path.Dir(name); folder != "." {
		if f.FS, err = fs.Sub(f.FS, folder); err != nil {
			return domain.Errorf(domain.Invalid, "%s: %w", name, err)
		}
	}
	digest := sha256.Sum256(f.ONNX)
	f.Card.SHA256 = hex.EncodeToString(digest[:])
	if f.Card.Version == "" {
		f.Card.Version = defaultVersion
	}
	return nil
}

// readFile reads a file of at most so many bytes.
func readFile(fsys fs.FS, name string, most int64) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, domain.Errorf(domain.Invalid, "%s: %w", name, err)
	}
	if info.Size() > most || !info.Mode().IsRegular() {
		return nil, domain.Errorf(domain.Invalid, "%s: has %d bytes, expected a file of at most %d", name, info.Size(), most)
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, domain.Errorf(domain.Invalid, "%s: %w", name, err)
	}
	return data, nil
}

// readOptional is readFile, but a file that is not there gives nil.
func readOptional(fsys fs.FS, name string, most int64) ([]byte, error) {
	if _, err := fs.Stat(fsys, name); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return readFile(fsys, name, most)
}

// readSample finds a picture that came with the model, for people to try.
func (f *Folder) readSample(fsys fs.FS) error {
	f.Samples = picturesOf(fsys)
	for _, pattern := range []string{"samples/*.png", "samples/*.jpg", "samples/*.jpeg"} {
		found, err := fs.Glob(fsys, pattern)
		if err != nil {
			return domain.Errorf(domain.Internal, "samples: %w", err)
		}
		if len(found) > 0 {
			f.Sample = found[0]
			f.Example, err = readFile(fsys, found[0], maxSample)
			return err
		}
	}
	return nil
}
