package frontpage

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"time"
)

//go:embed index.html *.css *.js *.svg
var sources embed.FS

// Policy is the page's Content-Security-Policy: nothing inline, nothing from other
// hosts, no markup out of strings. Pictures that a person chooses are blobs.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

const pageName = "index.html"

// files are what is sent, by name; digest stands for all of them together.
var files, digest = prepare()

// prepare reads the files, which are part of the program: an error is a mistake in
// it, which every test finds.
func prepare() (files map[string][]byte, digest string) {
	files = make(map[string][]byte)
	sum := sha256.New()
	entries, err := sources.ReadDir(".")
	for _, entry := range entries {
		content, readErr := sources.ReadFile(entry.Name())
		if readErr != nil {
			err = readErr
		}
		content = trimmed(content)
		files[entry.Name()] = content
		fmt.Fprintf(sum, "%s %d\n%s", entry.Name(), len(content), content)
	}
	if err != nil || files[pageName] == nil {
		panic(fmt.Sprint("the front page is not in the program: ", err))
	}
	const length = 8
	digest = hex.EncodeToString(sum.Sum(nil)[:length])
	files[pageName] = bytes.ReplaceAll(files[pageName], []byte("page/DIGEST/"), []byte("page/"+digest+"/"))
	return files, digest
}

// trimmed leaves out what is for the readers of a source alone: indentation, empty
// lines, and lines that are comments. No text of the page goes over several lines.
func trimmed(source []byte) []byte {
	var kept bytes.Buffer
	for line := range bytes.Lines(source) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && !bytes.HasPrefix(line, []byte("//")) {
			kept.Write(line)
			kept.WriteByte('\n')
		}
	}
	return kept.Bytes()
}

// Index answers with the page.
func Index(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", Policy)
	send(w, r, pageName, "no-cache")
}

// File answers with a file that the page of a digest asks for. That of another
// digest, which another version of the server may have sent, gets what there is
// now, and does not keep it. The error is fs.ErrNotExist, and nothing is answered,
// if there is no such file.
func File(w http.ResponseWriter, r *http.Request, of, name string) error {
	if files[name] == nil || name == pageName {
		return fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	keep := "no-cache"
	if of == digest {
		keep = "public, max-age=31536000, immutable"
	}
	send(w, r, name, keep)
	return nil
}

func send(w http.ResponseWriter, r *http.Request, name, keep string) {
	header := w.Header()
	header.Set("Content-Type", types[path.Ext(name)])
	header.Set("Cache-Control", keep)
	header.Set("ETag", `"`+digest+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(files[name]))
}

// types are the media types of the files, whatever the machine's own table says.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}
