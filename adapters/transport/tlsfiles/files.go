package tlsfiles

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portent-go/portent/domain"
)

// Paths say where the files are. They hold PEM.
type Paths struct {
	// Certificate is the server's certificate, followed by those between it and the
	// authority.
	Certificate string
	// Key is the certificate's private key.
	Key string
	// ClientCA holds the authorities whose certificates clients may show. Default:
	// clients are not asked for certificates.
	ClientCA string
}

// Files are the files as they were when last read and found sound. They are safe
// for concurrent use.
type Files struct {
	paths   Paths
	reading sync.Mutex
	read    contents // guarded by reading
	current atomic.Pointer[identity]
}

// contents are the files' bytes, by which a change is noticed.
type contents struct{ certificate, key, clientCA []byte }

// identity is what the files mean.
type identity struct {
	certificate tls.Certificate
	clientCAs   *x509.CertPool
}

// Open reads the files. Files that are missing, or do not fit together, are an
// error of kind Invalid.
func Open(paths Paths) (*Files, error) {
	f := &Files{paths: paths}
	_, err := f.Reload()
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Reload reads the files again and reports whether they have changed. Where they
// are not sound, what was read before goes on, and the error, of kind Invalid, says
// why. It never holds anything of the key.
func (f *Files) Reload() (changed bool, err error) {
	f.reading.Lock()
	defer f.reading.Unlock()
	now, err := f.paths.readAll()
	if err != nil {
		return false, err
	}
	if f.current.Load() != nil && now.equal(f.read) {
		return false, nil
	}
	parsed, err := f.paths.parse(now)
	if err != nil {
		return false, err
	}
	f.read = now
	f.current.Store(parsed)
	return true, nil
}

// NotAfter returns when the certificate ends.
func (f *Files) NotAfter() time.Time { return f.current.Load().certificate.Leaf.NotAfter }

func (c contents) equal(other contents) bool {
	return bytes.Equal(c.certificate, other.certificate) && bytes.Equal(c.key, other.key) && bytes.Equal(c.clientCA, other.clientCA)
}

func (p Paths) readAll() (c contents, err error) {
	if c.certificate, err = readFile("the certificate", p.Certificate); err != nil {
		return c, err
	}
	if c.key, err = readFile("the key", p.Key); err != nil {
		return c, err
	}
	if p.ClientCA != "" {
		c.clientCA, err = readFile("the authorities of clients", p.ClientCA)
	}
	return c, err
}

func (p Paths) parse(c contents) (*identity, error) {
	pair, err := tls.X509KeyPair(c.certificate, c.key)
	if err != nil {
		return nil, &domain.Error{
			Kind: domain.Invalid, Field: p.Certificate + " and " + p.Key, Msg: "are no certificate and its key", Err: err,
			Expected: "PEM, the server's certificate first", Hint: "a key that is protected by a password cannot be read",
		}
	}
	if err := checkWhole(p.Certificate, c.certificate); err != nil {
		return nil, err
	}
	parsed := &identity{certificate: pair}
	if p.ClientCA == "" {
		return parsed, nil
	}
	if err := checkWhole(p.ClientCA, c.clientCA); err != nil {
		return nil, err
	}
	parsed.clientCAs = x509.NewCertPool()
	if !parsed.clientCAs.AppendCertsFromPEM(c.clientCA) {
		return nil, &domain.Error{Kind: domain.Invalid, Field: p.ClientCA, Msg: "holds no certificate", Expected: "PEM of the authorities of clients"}
	}
	return parsed, nil
}

// checkWhole refuses a file of which a part is no certificate, since the libraries
// pass over it: of a file that is half written a chain would come without its end,
// and clients without their authority.
func checkWhole(path string, text []byte) error {
	const dashes, ofBlock = "-----", 4 // two at its beginning, two at its end
	blocks := 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		blocks++
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return &domain.Error{Kind: domain.Invalid, Field: path, Msg: fmt.Sprintf("holds a certificate, number %d, that cannot be read", blocks), Err: err}
		}
	}
	if bytes.Count(text, []byte(dashes)) != ofBlock*blocks {
		return &domain.Error{Kind: domain.Invalid, Field: path, Msg: "is damaged, or not written to its end", Expected: "PEM", Got: fmt.Sprintf("%d whole blocks, and something else", blocks)}
	}
	return nil
}

// largestFile is far beyond any chain of certificates.
const largestFile = 1 << 20

func readFile(what, path string) ([]byte, error) {
	fail := func(msg string, err error) ([]byte, error) {
		return nil, &domain.Error{Kind: domain.Invalid, Field: path, Msg: msg, Err: err}
	}
	file, err := os.Open(path)
	if err != nil {
		return fail(what+" cannot be read", err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, largestFile+1))
	if err != nil {
		return fail(what+" cannot be read", err)
	}
	if len(data) > largestFile {
		return fail("is larger than a file of certificates can be", nil)
	}
	return data, nil
}
