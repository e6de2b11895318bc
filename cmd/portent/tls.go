package main

import (
	"crypto/tls"
	"log/slog"
	"net"
	"time"

	"github.com/spf13/pflag"

	"github.com/portent-go/portent/adapters/transport/tlsfiles"
	"github.com/portent-go/portent/domain"
)

// The protocols that HTTP and gRPC speak over TLS, as ALPN names them. HTTP/2
// without gRPC is left out of the program.
const (
	protocolHTTP = "http/1.1"
	protocolGRPC = "h2"
)

const tlsCertUsage = "file with the server's certificate, and those up to the authority's; with --tls-key: TLS for HTTP and gRPC, but not on --admin-addr"

// tlsSettings say whether and how TLS is spoken.
type tlsSettings struct {
	certificate string
	key         string
	clientCA    string

	files *tlsfiles.Files // once opened; nil in plain text
}

func (s *tlsSettings) flags(flags *pflag.FlagSet) {
	flags.StringVar(&s.certificate, "tls-cert", "", tlsCertUsage)
	flags.StringVar(&s.key, "tls-key", "", "file with the key of --tls-cert")
	flags.StringVar(&s.clientCA, "tls-client-ca", "", "file with the authorities of clients, of which all must show a certificate (health and readiness excepted)")
}

// open reads the files, if TLS is asked for.
func (s *tlsSettings) open(logger *slog.Logger) (err error) {
	switch {
	case s.certificate == "" && s.key == "" && s.clientCA == "":
		return nil
	case s.certificate == "" || s.key == "":
		return &domain.Error{Kind: domain.Invalid, Field: "--tls-cert and --tls-key", Msg: "only a part of what TLS needs is given", Expected: "both, and --tls-client-ca as it is wished"}
	}
	s.files, err = tlsfiles.Open(tlsfiles.Paths{Certificate: s.certificate, Key: s.key, ClientCA: s.clientCA})
	if err != nil {
		return err
	}
	s.tell(logger)
	return nil
}

// tell notes until when the certificate is good.
func (s *tlsSettings) tell(logger *slog.Logger) {
	end := s.files.NotAfter()
	if time.Now().After(end) {
		logger.Warn("the certificate has ended", "file", s.certificate, "not_after", end)
		return
	}
	logger.Info("certificate", "file", s.certificate, "not_after", end)
}

func (s *tlsSettings) reload(logger *slog.Logger) (changed bool, err error) {
	if changed, err = s.files.Reload(); changed {
		s.tell(logger)
	}
	return changed, err
}

// config returns the configuration for a protocol, nil in plain text.
func (s *tlsSettings) config(protocol string) *tls.Config {
	if s.files == nil {
		return nil
	}
	return s.files.Config(protocol)
}

// protect has a listener for HTTP speak TLS, if that is asked for.
func (s *tlsSettings) protect(listener net.Listener) net.Listener {
	if config := s.config(protocolHTTP); config != nil {
		return tls.NewListener(listener, config)
	}
	return listener
}

// scheme returns that of the HTTP server's addresses.
func (s *tlsSettings) scheme() string {
	if s.files != nil {
		return "https"
	}
	return "http"
}
