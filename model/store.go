package model

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// Store is a folder of models, one folder each. A model's folder holds model.onnx
// and what belongs to it, as one that OpenPath reads, or a folder of that kind for
// each of its versions, which are numbers:
//
//	models/resnet/model.onnx
//	models/bert/1/model.onnx
//	models/bert/2/model.onnx
//
// A folder in which there is no model, or whose name begins with a dot, is left
// out.
type Store struct{ directory string }

// OpenStore returns the Store in a folder. One that is not there is an error of
// kind NotFound.
func OpenStore(directory string) (*Store, error) {
	info, err := os.Stat(directory)
	if err != nil || !info.IsDir() {
		return nil, &domain.Error{
			Kind: domain.NotFound, Field: "models " + directory, Msg: "no such folder", Expected: "a folder that holds a folder for each model", Err: err,
		}
	}
	return &Store{directory}, nil
}

// Scan returns the versions of each model that is in the folder now, oldest first.
func (s *Store) Scan() (map[string][]string, error) {
	entries, err := os.ReadDir(s.directory)
	if err != nil {
		return nil, domain.Errorf(domain.Unavailable, "models %s cannot be listed: %w", s.directory, err)
	}
	models := make(map[string][]string)
	for _, entry := range entries {
		if name := entry.Name(); plain(name) {
			if versions := s.versions(name); len(versions) > 0 {
				models[name] = versions
			}
		}
	}
	return models, nil
}

// versions returns those of one model, none if there is no such model.
func (s *Store) versions(name string) []string {
	fsys := os.DirFS(filepath.Join(s.directory, name))
	if _, err := findNetwork(fsys, name); err == nil {
		return []string{versionIn(fsys)}
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil
	}
	var numbers []int
	for _, entry := range entries {
		number, err := strconv.Atoi(entry.Name())
		if err != nil || number < 0 || strconv.Itoa(number) != entry.Name() {
			continue
		}
		if sub, err := fs.Sub(fsys, entry.Name()); err == nil {
			if _, err := findNetwork(sub, name); err == nil {
				numbers = append(numbers, number)
			}
		}
	}
	slices.Sort(numbers)
	versions := make([]string, len(numbers))
	for i, number := range numbers {
		versions[i] = strconv.Itoa(number)
	}
	return versions
}

// versionIn returns the version that a model's config.json says. What is wrong
// with the file is told when the model is opened.
func versionIn(fsys fs.FS) string {
	f := Folder{Card: serving.Card{Version: defaultVersion}}
	_ = f.readConfig(fsys)
	return f.Card.Version
}

// Open reads a version of a model. Its card bears the names that the Store has
// for both. A model that is not there is an error of kind NotFound.
func (s *Store) Open(name, version string) (*Folder, error) {
	if !plain(name) || !slices.Contains(s.versions(name), version) {
		return nil, domain.Errorf(domain.NotFound, "there is no version %s of model %s in %s", version, name, s.directory)
	}
	directory := filepath.Join(s.directory, name)
	if _, err := findNetwork(os.DirFS(directory), name); err != nil {
		directory = filepath.Join(directory, version)
	}
	f, err := OpenPath(directory)
	if err != nil {
		return nil, err
	}
	f.Card.Name, f.Card.Version = name, version
	return f, nil
}

// plain reports whether a name can be a model's: it is one folder's and no hidden
// one's.
func plain(name string) bool {
	return filepath.IsLocal(name) && filepath.Base(name) == name && name[0] != '.'
}

// Fingerprints returns a text for each model that changes when its files do: their
// names, sizes and times, not what they hold.
func (s *Store) Fingerprints() (map[string]string, error) {
	models, err := s.Scan()
	if err != nil {
		return nil, err
	}
	prints := make(map[string]string, len(models))
	for name := range models {
		prints[name] = fingerprint(os.DirFS(filepath.Join(s.directory, name)))
	}
	return prints, nil
}

func fingerprint(fsys fs.FS) string {
	sum := sha256.New()
	// A file that comes or goes meanwhile changes the next fingerprint too, so errors
	// need not stop this one.
	_ = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if base := path.Base(name); entry.IsDir() && base[0] == '.' && base != "." {
			return fs.SkipDir
		}
		if info, err := fs.Stat(fsys, name); err == nil && !info.IsDir() { // of what a link leads to
			fmt.Fprintln(sum, name, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return hex.EncodeToString(sum.Sum(nil))
}
