package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/portent-go/portent/domain"
)

// input is something to predict.
type input struct {
	name string
	open func() (io.ReadCloser, error)
	err  error // why there is nothing to open
}

// standardInput is the argument that names it.
const standardInput = "-"

// extensions are those of files that are taken for inputs in folders.
var extensions = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", extensionTensor, extensionNumPy}

func fileInput(path string) input {
	return input{name: path, open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// tensor reports whether the input is one by its name.
func (i input) tensor() bool {
	extension := strings.ToLower(filepath.Ext(i.name))
	return extension == extensionTensor || extension == extensionNumPy
}

func (i input) read() (data []byte, err error) {
	if i.err != nil {
		return nil, i.err
	}
	file, err := i.open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return readAll(file)
}

// readAll reads an input of a bounded size.
func readAll(r io.Reader) ([]byte, error) {
	const most = 1 << 30
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && len(data) > most {
		err = domain.Errorf(domain.Invalid, "is larger than %d bytes", most)
	}
	return data, err
}

// expander finds out what arguments name.
type expander struct {
	stdin     io.Reader
	recursive bool
}

// all returns what the arguments name, in order: files, the pictures and tensors of
// folders, what patterns match, and standard input for "-". An argument that names
// nothing is an input with an error.
func (e expander) all(args []string) (list []input) {
	for _, arg := range args {
		if arg == standardInput {
			list = append(list, input{name: arg, open: func() (io.ReadCloser, error) { return io.NopCloser(e.stdin), nil }})
			continue
		}
		list = append(list, e.expand(arg)...)
	}
	return list
}

// listed returns what the names in a list stand for, as they are read: one a line,
// or with a zero byte behind each, as find -print0 writes them.
func (e expander) listed(names io.Reader) iter.Seq[input] {
	return func(yield func(input) bool) {
		lines := bufio.NewScanner(names)
		lines.Split(namesOf())
		for lines.Scan() {
			name := lines.Text()
			if name == "" {
				continue
			}
			for _, in := range e.expand(name) {
				if !yield(in) {
					return
				}
			}
		}
		if err := lines.Err(); err != nil {
			yield(input{name: "--files-from", err: err})
		}
	}
}

// namesOf returns a function that cuts at what comes first, the end of a line or a
// zero byte, and from then on there only.
func namesOf() bufio.SplitFunc {
	ends := "\n\x00"
	return func(data []byte, atEOF bool) (advance int, token []byte, err error) {
		if at := bytes.IndexAny(data, ends); at >= 0 {
			ends = string(data[at : at+1])
			return at + 1, bytes.TrimSuffix(data[:at], []byte("\r")), nil
		}
		if atEOF && len(data) > 0 {
			return len(data), bytes.TrimSuffix(data, []byte("\r")), nil
		}
		return 0, nil, nil
	}
}

// expand returns a file, the files of a folder that look like inputs, or what a
// pattern matches. What there is as it is written is no pattern.
func (e expander) expand(name string) []input {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return e.folder(name)
	case err == nil:
		return []input{fileInput(name)}
	case !errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(name, "*?[{"):
		return []input{{name: name, err: err}}
	}
	var options []doublestar.GlobOption
	if strings.Contains(name, "**") { // folders that links lead to have no end where one leads back
		options = append(options, doublestar.WithNoFollow())
	}
	matches, err := doublestar.FilepathGlob(name, options...)
	if err != nil {
		return []input{{name: name, err: &domain.Error{Kind: domain.Invalid, Msg: "is neither a file nor a pattern", Err: err}}}
	}
	slices.Sort(matches)
	var list []input
	for _, match := range matches {
		if info, err := os.Stat(match); err == nil && info.IsDir() {
			list = append(list, e.folder(match)...)
			continue
		}
		list = append(list, fileInput(match))
	}
	if len(list) > 0 {
		return list
	}
	return []input{{name: name, err: nothingThere(name)}}
}

func nothingThere(name string) error {
	if strings.ContainsAny(name, "*?[{") {
		return &domain.Error{Kind: domain.NotFound, Msg: "no file matches the pattern"}
	}
	return &domain.Error{Kind: domain.NotFound, Msg: "no such file or folder"}
}

// isFile reports whether there is something to read: of a pipe or a device in a folder
// nobody knows whether its end ever comes.
func isFile(entry fs.DirEntry) bool { return entry.Type()&^fs.ModeSymlink == 0 }

// folder returns the files of a folder that look like inputs, and with --recursive
// those of the folders below it. The folder may be a link to one; links in it to
// folders are not followed.
func (e expander) folder(path string) (list []input) {
	below, root := false, path
	if info, err := os.Lstat(path); err == nil && !info.IsDir() {
		root += string(filepath.Separator) // what the link leads to
	}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && name == root:
			return err
		case err != nil:
			list = append(list, input{name: name, err: err})
			return fs.SkipDir
		case entry.IsDir() && name != root:
			below = true
			if !e.recursive || strings.HasPrefix(entry.Name(), ".") {
				return fs.SkipDir
			}
		case isFile(entry) && slices.Contains(extensions, strings.ToLower(filepath.Ext(name))):
			list = append(list, fileInput(name))
		}
		return nil
	})
	switch {
	case err != nil:
		return append(list, input{name: path, err: err})
	case len(list) > 0:
		return list
	}
	nothing := &domain.Error{Kind: domain.NotFound, Msg: "the folder holds no pictures or tensors", Expected: strings.Join(extensions, ", ")}
	if below && !e.recursive {
		nothing.Hint = "--recursive looks into the folders below it too"
	}
	return []input{{name: path, err: nothing}}
}
