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

// readExternal reads a tensor's elements from a file beside the model.
func (t *tensorProto) readExternal(folder fs.FS, where string, datatype domain.Datatype) ([]byte, error) {
	fail := func(kind domain.Kind, format string, args ...any) error {
		return &domain.Error{Kind: kind, Field: where, Msg: fmt.Sprintf(format, args...)}
	}
	location := path.Clean(t.locations["location"])
	if folder == nil {
		return nil, fail(domain.Unsupported, "is in another file, %q, which is not at hand: open the model by its folder", location)
	}
	if !fs.ValidPath(location) || location == "." || datatype.Size() == 0 {
		return nil, fail(domain.Invalid, "has its data at %q, which is not a file in the model's folder", t.locations["location"])
	}
	offset, err := t.location("offset", 0)
	if err != nil {
		return nil, err
	}
	n := int64(1)
	for _, dim := range t.dims {
		n *= dim // the shape has been checked
	}
	length, err := t.location("length", n*int64(datatype.Size()))
	if err != nil {
		return nil, err
	}
	data, err := readSection(folder, location, offset, length)
	if err != nil {
		return nil, fail(domain.Invalid, "cannot be read from %q: %v", location, err)
	}
	return data, nil
}

// location returns a number of the tensor's external data.
func (t *tensorProto) location(key string, otherwise int64) (int64, error) {
	text, ok := t.locations[key]
	if !ok {
		return otherwise, nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < 0 {
		return 0, &domain.Error{Kind: domain.Invalid, Field: t.where, Msg: fmt.Sprintf("has external data with %s %q, which is not a length", key, text)}
	}
	return v, nil
}

// readSection reads part of a file, after checking that the file is as long.
func readSection(folder fs.FS, name string, offset, length int64) (data []byte, err error) {
	file, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || offset > info.Size() || length > info.Size()-offset {
		return nil, fmt.Errorf("it has %d bytes, bytes %d to %d are asked for", info.Size(), offset, offset+length)
	}
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
