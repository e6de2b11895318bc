package modelfolder

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/portent-go/portent/domain"
)

// Writer writes files into a folder so that all of them are there at the end, or none:
// what was there before comes back with Undo.
type Writer struct {
	directory string
	force     bool
	made      []string          // files and folders, in the order in which they were made
	replaced  map[string]string // where what was there before is kept meanwhile
}

// NewWriter returns one for a folder, which need not be there yet. With force, files
// that are there are replaced.
func NewWriter(directory string, force bool) *Writer {
	return &Writer{directory: directory, force: force, replaced: make(map[string]string)}
}

// Check returns an error of kind Invalid if one of these files is there and may not
// be replaced. It names all of them.
func (w *Writer) Check(names ...string) error {
	if info, err := os.Stat(w.directory); err == nil && !info.IsDir() {
		return &domain.Error{Kind: domain.Invalid, Field: w.directory, Msg: "is a file", Expected: "a folder, or a name that is free", Hint: "--output DIR names another one"}
	}
	var there []string
	for _, name := range names {
		if _, err := os.Lstat(w.path(name)); err == nil {
			there = append(there, name)
		}
	}
	if len(there) == 0 || w.force {
		return nil
	}
	return &domain.Error{
		Kind: domain.Invalid, Field: w.directory, Msg: "holds already: " + strings.Join(there, ", "), Expected: "nothing to overwrite",
		Hint: "--force replaces them, --output DIR writes elsewhere",
	}
}

func (w *Writer) path(name string) string {
	return filepath.Join(w.directory, filepath.FromSlash(name))
}

// Put writes a file.
func (w *Writer) Put(name string, data []byte) error {
	return w.create(name, func(to string) error {
		const everybodyMayRead = 0o644
		return os.WriteFile(to, data, everybodyMayRead) //nolint:gosec // a model is no secret of this user's
	})
}

// Copy copies a file, or links it: then it takes no room, and both names are one
// file. It does nothing where it is that file already.
func (w *Writer) Copy(name, from string, link bool) error {
	if same(from, w.path(name)) {
		return nil
	}
	return w.create(name, func(to string) error {
		if !link {
			return copyFile(to, from)
		}
		if err := os.Link(from, to); err != nil {
			return &domain.Error{Kind: domain.Unsupported, Field: to, Msg: "cannot be a link to " + from, Err: err, Hint: "without --link it is copied"}
		}
		return nil
	})
}

// Is reports whether a file of the folder is this one already.
func (w *Writer) Is(name, file string) bool { return same(file, w.path(name)) }

func same(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return cmp.Or(errA, errB) == nil && os.SameFile(x, y)
}

func (w *Writer) create(name string, write func(to string) error) error {
	to := w.path(name)
	if err := w.folder(filepath.Dir(to)); err != nil {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		if !w.force {
			return w.Check(name)
		}
		aside := to + ".before-portent-init"
		if _, err := os.Lstat(aside); err == nil {
			return &domain.Error{
				Kind: domain.Invalid, Field: aside, Msg: "is there already: portent init was killed, and this is what was there before", Expected: "nothing to overwrite",
				Hint: "move it back, or remove it",
			}
		}
		if err := os.Rename(to, aside); err != nil {
			return err
		}
		w.replaced[to] = aside
	}
	w.made = append(w.made, to)
	return write(to)
}

// folder makes a folder and those that it is in.
func (w *Writer) folder(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if parent := filepath.Dir(path); parent != path {
		if err := w.folder(parent); err != nil {
			return err
		}
	}
	const everybodyMayEnter = 0o755
	if err := os.Mkdir(path, everybodyMayEnter); err != nil { //nolint:gosec // as for files
		return &domain.Error{Kind: domain.Invalid, Field: path, Msg: "cannot be made", Err: err, Hint: "--output DIR names another folder"}
	}
	w.made = append(w.made, path)
	return nil
}

// Keep makes what was written final.
func (w *Writer) Keep() error {
	var errs error
	for _, aside := range w.replaced {
		errs = errors.Join(errs, os.Remove(aside))
	}
	return errs
}

// Undo takes away what was written, and brings back what was there.
func (w *Writer) Undo() error {
	var errs error
	for i := len(w.made) - 1; i >= 0; i-- {
		if err := os.Remove(w.made[i]); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = errors.Join(errs, err)
		}
	}
	for to, aside := range w.replaced {
		errs = errors.Join(errs, os.Rename(aside, to))
	}
	return errs
}

func copyFile(to, from string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // as for Put
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	if _, err := io.Copy(target, source); err != nil {
		return fmt.Errorf("%s cannot be copied: %w", from, err)
	}
	return nil
}

// Has reports whether the folder has a file or folder of a name.
func (w *Writer) Has(name string) bool {
	_, err := os.Lstat(w.path(name))
	return err == nil
}
