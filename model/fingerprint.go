package model

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Fingerprints returns a text for each model that changes when its files do: their
// names, sizes and times, not what they hold. A model whose folder cannot be read
// has not gone, so it has one that says so.
func (s *Store) Fingerprints() (map[string]string, error) {
	prints := make(map[string]string)
	err := s.each(func(name string) {
		switch versions, err := s.versions(name); {
		case err != nil:
			prints[name] = "cannot be read: " + err.Error()
		case len(versions) > 0:
			prints[name] = fingerprint(os.DirFS(filepath.Join(s.directory, name)))
		}
	})
	if err != nil {
		return nil, err
	}
	return prints, nil
}

// deepest is how far a model's files may be below its folder to be looked at. A
// link may lead back to where it is.
const deepest = 8

func fingerprint(fsys fs.FS) string {
	sum := sha256.New()
	note(sum, fsys, ".", deepest)
	return hex.EncodeToString(sum.Sum(nil))
}

// note writes down the files of a folder and those below it, of a link what it
// leads to. A file that comes or goes meanwhile changes the next fingerprint too,
// so errors need not stop this one.
func note(to io.Writer, fsys fs.FS, folder string, depth int) {
	entries, _ := fs.ReadDir(fsys, folder)
	for _, entry := range entries {
		name := path.Join(folder, entry.Name())
		info, err := fs.Stat(fsys, name)
		switch {
		case err != nil:
		case !info.IsDir():
			fmt.Fprintln(to, name, info.Size(), info.ModTime().UnixNano())
		case entry.Name()[0] != '.' && depth > 0:
			note(to, fsys, name, depth-1)
		}
	}
}
