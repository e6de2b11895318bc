package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	swaggerFiles "github.com/swaggo/files/v2"
)

// writeFile writes one of Swagger UI's files.
func writeFile(folder, name string) error {
	content, err := fs.ReadFile(swaggerFiles.FS, name)
	if err != nil {
		return err
	}
	target := filepath.Join(folder, name)
	if filepath.Ext(name) == ".png" { // which is compressed already
		return os.WriteFile(target, content, 0o644)
	}
	target += ".gz"
	if old, err := decompressed(target); err == nil && bytes.Equal(old, content) {
		return nil // another version of Go may compress otherwise, and that alone is no reason for a new file
	}
	compressed, err := compress(content)
	if err != nil {
		return err
	}
	return os.WriteFile(target, compressed, 0o644)
}

// compress gives the same bytes each time: neither a name nor a date comes with
// them.
func compress(content []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func decompressed(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
