package model

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// mostFound is how many models a hint names.
const mostFound = 8

// found returns the models in a folder, or in the nearest one above it that there
// is, as paths: somebody who names a model that is not there may mean one of them.
func found(name string) (list []string) {
	directory := filepath.Clean(name)
	for {
		if info, err := os.Stat(directory); err == nil && info.IsDir() {
			break
		}
		above := filepath.Dir(directory)
		if above == directory {
			return nil
		}
		directory = above
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		path := filepath.Join(directory, entry.Name())
		isModel := filepath.Ext(path) == ".onnx"
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			isModel = holdsAny(os.DirFS(path))
		}
		if isModel && len(list) < mostFound {
			list = append(list, path)
		}
	}
	return list
}

func holdsAny(fsys fs.FS) bool {
	holds, err := holdsNetwork(fsys)
	return err == nil && holds
}

// orFound appends to a hint the models that were found instead.
func orFound(hint, name string) string {
	if list := found(name); len(list) > 0 {
		return hint + "\nmodels found here: " + strings.Join(list, ", ")
	}
	return hint
}
