package main

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/portent-go/portent/domain"
)

// input is something to predict.
type input struct {
	name string
	open func() (io.ReadCloser, error)
}

// tensorExtension marks a file in ONNX's TensorProto format.
const tensorExtension = ".pb"

func (i input) tensor() bool { return strings.EqualFold(filepath.Ext(i.name), tensorExtension) }

func (i input) read() (data []byte, err error) {
	file, err := i.open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return readAll(file)
}

// inputs returns what the arguments name, in order: files, the pictures and
// tensors of folders, and standard input for "-". An argument that cannot be
// looked at comes with its error.
func inputs(args []string, stdin io.Reader) iter.Seq2[input, error] {
	return func(yield func(input, error) bool) {
		for _, arg := range args {
			if arg == "-" {
				if !yield(input{"-", func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil }}, nil) {
					return
				}
				continue
			}
			files, err := expand(arg)
			if err != nil && !yield(input{name: arg}, err) {
				return
			}
			for _, path := range files {
				if !yield(input{path, func() (io.ReadCloser, error) { return os.Open(path) }}, nil) {
					return
				}
			}
		}
	}
}

// expand returns a file, or the files of a folder that look like inputs.
func expand(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &domain.Error{Kind: domain.NotFound, Msg: "no such file or folder"}
		}
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	extensions := []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", tensorExtension}
	var files []string
	for _, entry := range entries {
		if !entry.IsDir() && slices.Contains(extensions, strings.ToLower(filepath.Ext(entry.Name()))) {
			files = append(files, filepath.Join(path, entry.Name()))
		}
	}
	if len(files) == 0 {
		return nil, &domain.Error{Kind: domain.NotFound, Msg: "the folder holds no pictures or tensors", Expected: strings.Join(extensions, ", ")}
	}
	return files, nil
}
