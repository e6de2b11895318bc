package onnxfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"

	"github.com/portent-go/portent/domain"
)

// maxReuse is how many times over the tensors may read a file beside the model.
// Tied weights read a part twice; without a bound a small model could take
// memory without end from one large file.
const maxReuse = 4

// externalFiles are the files beside the model that hold tensors.
type externalFiles struct {
	folder fs.FS
	taken  map[string]int64 // bytes read so far, by file
}

// read returns the elements of a tensor that take the given number of bytes.
// All that the file says is checked before memory is taken.
func (e *externalFiles) read(t *tensorProto, size int) ([]byte, error) {
	location := path.Clean(t.locations["location"])
	switch {
	case e == nil || e.folder == nil:
		return nil, &domain.Error{
			Kind: domain.Unsupported, Field: t.where, Msg: fmt.Sprintf("its elements are in another file, %q, which is not at hand", location),
			Hint: "open the model by its folder, with that file in it",
		}
	case t.datatype == 8: // STRING
		return nil, invalid(t.where, "holds texts in another file, which the format does not allow")
	case !fs.ValidPath(location) || location == ".":
		return nil, invalid(t.where, "its elements are at %q, which is not a file in the model's folder", t.locations["location"])
	}
	offset, err := t.location("offset", 0)
	if err != nil {
		return nil, err
	}
	length, err := t.location("length", int64(size))
	if err != nil {
		return nil, err
	}
	if length != int64(size) {
		return nil, invalid(t.where, "takes %d bytes, but %d of %q are named", size, length, location)
	}
	data, err := e.section(location, offset, length)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &domain.Error{
			Kind: domain.Invalid, Field: t.where, Msg: fmt.Sprintf("its elements are in another file, %q, which is not there", location),
			Expected: fmt.Sprintf("%q in the model's folder", location), Hint: "copy it too: who exported the model has it beside the .onnx file",
		}
	}
	if err != nil {
		return nil, invalid(t.where, "cannot be read from %q: %v", location, err)
	}
	return data, nil
}

// location returns a number from the tensor's external_data.
func (t *tensorProto) location(key string, otherwise int64) (int64, error) {
	text, ok := t.locations[key]
	if !ok {
		return otherwise, nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < 0 {
		return 0, invalid(t.where, "has external data with %s %q, which is not a number of bytes", key, text)
	}
	return v, nil
}

// section reads part of a file, after checking that the file has it.
func (e *externalFiles) section(name string, offset, length int64) (data []byte, err error) {
	info, err := fs.Stat(e.folder, name) // before it is opened: opening a pipe would wait
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	if offset > info.Size() || length > info.Size()-offset {
		return nil, fmt.Errorf("it has %d bytes, expected %d from byte %d on", info.Size(), length, offset)
	}
	if e.taken[name]+length > maxReuse*info.Size() {
		return nil, fmt.Errorf("tensors read it more than %d times over", maxReuse)
	}
	e.taken[name] += length
	file, err := e.folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if seeker, ok := file.(io.Seeker); ok {
		_, err = seeker.Seek(offset, io.SeekStart)
	} else {
		_, err = io.CopyN(io.Discard, file, offset)
	}
	if err != nil {
		return nil, err
	}
	data = make([]byte, length)
	_, err = io.ReadFull(file, data)
	return data, err
}
