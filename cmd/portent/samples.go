package main

import (
	"io/fs"
	"sync"
)

// sampleFolders are the folders of pictures that came with models, by name and
// version. Nil is a pointer that holds none, and takes none.
type sampleFolders struct{ folders sync.Map }

// put notes the pictures of a version of a model that has been opened; nil if it
// came with none.
func (s *sampleFolders) put(name, version string, samples fs.FS) {
	if s == nil {
		return
	}
	s.folders.Store([2]string{name, version}, samples)
}

// of returns the pictures of a version of a model, nil if there are none.
func (s *sampleFolders) of(name, version string) fs.FS {
	if s == nil {
		return nil
	}
	samples, _ := s.folders.Load([2]string{name, version})
	folder, _ := samples.(fs.FS)
	return folder
}
