package model

import (
	"io/fs"
	"os"
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
// A model whose own folder cannot be read is there too, so that opening it tells
// why: in the version that one without a version has.
func (s *Store) Scan() (map[string][]string, error) {
	models := make(map[string][]string)
	err := s.each(func(name string) {
		versions, err := s.versions(name)
		if err != nil {
			versions = []string{defaultVersion}
		}
		if len(versions) > 0 {
			models[name] = versions
		}
	})
	return models, err
}

// each calls f with each name in the folder that can be a model's.
func (s *Store) each(f func(name string)) error {
	entries, err := os.ReadDir(s.directory)
	if err != nil {
		return domain.Errorf(domain.Unavailable, "models %s cannot be listed: %w", s.directory, err)
	}
	for _, entry := range entries {
		if plain(entry.Name()) {
			f(entry.Name())
		}
	}
	return nil
}

// versions returns those of one model, none if there is no such model. That a
// folder cannot be read is an error.
func (s *Store) versions(name string) ([]string, error) {
	fsys := os.DirFS(filepath.Join(s.directory, name))
	found, err := holdsNetwork(fsys)
	if err != nil {
		return nil, err
	}
	if found {
		return []string{versionIn(fsys)}, nil
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, existing(err)
	}
	var numbers []int
	for _, entry := range entries {
		number, err := strconv.Atoi(entry.Name())
		if err != nil || number < 0 || strconv.Itoa(number) != entry.Name() {
			continue
		}
		sub, err := fs.Sub(fsys, entry.Name())
		if err != nil {
			return nil, err
		}
		found, err := holdsNetwork(sub)
		if err != nil {
			return nil, err
		}
		if found {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	versions := make([]string, len(numbers))
	for i, number := range numbers {
		versions[i] = strconv.Itoa(number)
	}
	return versions, nil
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
	var versions []string
	if plain(name) {
		var err error
		if versions, err = s.versions(name); err != nil {
			return nil, domain.Errorf(domain.Unavailable, "model %s cannot be read: %w", name, err)
		}
	}
	if !slices.Contains(versions, version) {
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
