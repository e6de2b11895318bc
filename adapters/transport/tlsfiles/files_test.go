package tlsfiles_test

import (
	"crypto/tls"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/transport/tlsfiles"
	"github.com/portent-go/portent/adapters/transport/tlsfiles/tlstest"
	"github.com/portent-go/portent/domain"
)

// written writes the files of a server and returns where they are.
func written(t *testing.T, folder string, pair tlstest.Pair, clients *tlstest.Authority) tlsfiles.Paths {
	t.Helper()
	paths := tlsfiles.Paths{Certificate: tlstest.Write(t, folder, "tls.crt", pair.Certificate), Key: tlstest.Write(t, folder, "tls.key", pair.Key)}
	if clients != nil {
		paths.ClientCA = tlstest.Write(t, folder, "ca.crt", clients.PEM)
	}
	return paths
}

func opened(t *testing.T, paths tlsfiles.Paths) *tlsfiles.Files {
	t.Helper()
	files, err := tlsfiles.Open(paths)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// echo serves on a free port, and sends back what it gets.
func echo(t *testing.T, config *tls.Config) (address string) {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = connection.Close() }()
				_, _ = io.Copy(connection, connection)
			}()
		}
	}()
	return listener.Addr().String()
}

// say sends a word and waits for it to come back.
func say(connection net.Conn, word string) error {
	if _, err := io.WriteString(connection, word); err != nil {
		return err
	}
	_, err := io.ReadFull(connection, make([]byte, len(word)))
	return err
}

// met connects, says a word and returns the name of who is there.
func met(address string, config *tls.Config) (name string, err error) {
	connection, err := tls.Dial("tcp", address, config)
	if err != nil {
		return "", err
	}
	defer func() { _ = connection.Close() }()
	return connection.ConnectionState().PeerCertificates[0].Subject.CommonName, say(connection, "hello")
}

func TestANewCertificateIsServedAndOldConnectionsGoOn(t *testing.T) {
	authority, folder := tlstest.NewAuthority(t), t.TempDir()
	files := opened(t, written(t, folder, authority.Issue(t, "first"), nil))
	address, trust := echo(t, files.Config("x")), &tls.Config{RootCAs: authority.Pool(), NextProtos: []string{"x"}}
	old, err := tls.Dial("tcp", address, trust)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = old.Close() }()
	if name, err := met(address, trust); name != "first" || err != nil {
		t.Errorf("%s, %v", name, err)
	}
	if changed, err := files.Reload(); changed || err != nil {
		t.Errorf("the same files: %v, %v", changed, err)
	}
	written(t, folder, authority.Issue(t, "second"), nil)
	if changed, err := files.Reload(); !changed || err != nil {
		t.Errorf("other files: %v, %v", changed, err)
	}
	if name, err := met(address, trust); name != "second" || err != nil {
		t.Errorf("%s, %v", name, err)
	}
	if err := say(old, "still there?"); err != nil {
		t.Errorf("a connection of before: %v", err)
	}
	if left := time.Until(files.NotAfter()); left < 59*time.Minute || left > time.Hour {
		t.Errorf("it ends in %v", left)
	}
}

func TestBrokenFilesChangeNothing(t *testing.T) {
	authority, folder := tlstest.NewAuthority(t), t.TempDir()
	good := authority.Issue(t, "good")
	paths := written(t, folder, good, authority)
	files := opened(t, paths)
	address := echo(t, files.Config())
	for name, broken := range map[string]struct {
		file string
		data []byte
	}{
		"an empty certificate":    {"tls.crt", nil},
		"half a certificate":      {"tls.crt", good.Certificate[:len(good.Certificate)/2]},
		"half of the chain":       {"tls.crt", slices.Concat(good.Certificate, authority.PEM[:len(authority.PEM)/2])},
		"half of the authorities": {"ca.crt", slices.Concat(authority.PEM, good.Certificate[:len(good.Certificate)/2])},
		"a damaged authority":     {"ca.crt", slices.Concat(authority.PEM, []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))},
		"another one's key":       {"tls.key", authority.Issue(t, "x").Key},
		"no key":                  {"tls.key", []byte("hunter2")},
		"no authority":            {"ca.crt", []byte("none")},
		"an endless key":          {"tls.key", []byte(strings.Repeat("x", 2<<20))},
		"a key for a certificate": {"tls.crt", good.Key},
	} {
		written(t, folder, good, authority)
		tlstest.Write(t, folder, broken.file, broken.data)
		changed, err := files.Reload()
		if changed || domain.KindOf(err) != domain.Invalid || !strings.Contains(err.Error(), filepath.Join(folder, broken.file)) {
			t.Errorf("%s: %v, %v", name, changed, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the key is told: %v", name, err)
		}
		if _, err := tlsfiles.Open(paths); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%s can be opened: %v", name, err)
		}
		if who, err := met(address, &tls.Config{RootCAs: authority.Pool()}); who != "good" || err != nil {
			t.Errorf("%s: %s serves, %v", name, who, err)
		}
	}
	if _, err := tlsfiles.Open(tlsfiles.Paths{Certificate: paths.Certificate, Key: paths.Key, ClientCA: folder + "/none"}); domain.KindOf(err) != domain.Invalid {
		t.Errorf("a missing file: %v", err)
	}
}

func TestClients(t *testing.T) {
	authority, others, folder := tlstest.NewAuthority(t), tlstest.NewAuthority(t), t.TempDir()
	pair := authority.Issue(t, "server")
	files := opened(t, written(t, folder, pair, authority))
	address := echo(t, files.Config())
	known, stranger := authority.Issue(t, "known").TLS(t), others.Issue(t, "stranger").TLS(t)
	// A client that has been served before would like its session back.
	trust := &tls.Config{RootCAs: authority.Pool(), Certificates: []tls.Certificate{known}, ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	if _, err := met(address, trust); err != nil {
		t.Errorf("a known client: %v", err)
	}
	if connection, err := tls.Dial("tcp", address, trust); err != nil || !connection.ConnectionState().DidResume {
		t.Errorf("a known client does not get its session back: %v", err)
	}
	if _, err := met(address, &tls.Config{RootCAs: authority.Pool()}); err != nil {
		t.Errorf("a client without a certificate, which is the handler's to refuse: %v", err)
	}
	show := func(pair tls.Certificate) func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	}
	if _, err := met(address, &tls.Config{RootCAs: authority.Pool(), GetClientCertificate: show(stranger)}); err == nil {
		t.Error("a certificate of a stranger is taken")
	}
	written(t, folder, pair, others)
	if changed, err := files.Reload(); !changed || err != nil {
		t.Errorf("%v, %v", changed, err)
	}
	trust.Certificates, trust.GetClientCertificate = nil, show(known)
	if _, err := met(address, trust); err == nil {
		t.Error("a client goes on after its authority has been taken away")
	}
}

func TestOldVersionsOfTLSAndOtherProtocolsAreRefused(t *testing.T) {
	authority := tlstest.NewAuthority(t)
	address := echo(t, opened(t, written(t, t.TempDir(), authority.Issue(t, "x"), nil)).Config("x"))
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13} {
		_, err := met(address, &tls.Config{RootCAs: authority.Pool(), NextProtos: []string{"x"}, MinVersion: version, MaxVersion: version})
		if refused := version < tls.VersionTLS12; refused != (err != nil) {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
	if _, err := met(address, &tls.Config{RootCAs: authority.Pool(), NextProtos: []string{"y"}}); err == nil {
		t.Error("a client that speaks another protocol is served")
	}
}
