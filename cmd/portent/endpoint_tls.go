package main

import (
	"crypto/tls"
	"crypto/x509"
	"os"

	"github.com/spf13/pflag"

	"github.com/portent-go/portent/domain"
)

// endpointTLS says how the servers of --endpoint are spoken to over TLS.
type endpointTLS struct {
	ca          string
	certificate string
	key         string
}

func (s *endpointTLS) flags(flags *pflag.FlagSet) {
	flags.StringVar(&s.ca, "endpoint-ca", "", "file with the authorities of those servers (default: the system's)")
	flags.StringVar(&s.certificate, "endpoint-cert", "", "file with the certificate to show to those servers; it is read anew when it is needed")
	flags.StringVar(&s.key, "endpoint-key", "", "file with the key of --endpoint-cert")
}

// config returns the configuration, nil if there is nothing to configure.
func (s *endpointTLS) config() (*tls.Config, error) {
	if *s == (endpointTLS{}) {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.ca != "" {
		text, err := os.ReadFile(s.ca)
		if err != nil {
			return nil, &domain.Error{Kind: domain.Invalid, Field: "--endpoint-ca", Msg: "cannot be read", Err: err}
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, &domain.Error{Kind: domain.Invalid, Field: "--endpoint-ca " + s.ca, Msg: "holds no certificate", Expected: "PEM of the authorities"}
		}
	}
	if (s.certificate == "") != (s.key == "") {
		return nil, &domain.Error{Kind: domain.Invalid, Field: "--endpoint-cert and --endpoint-key", Msg: "one is given without the other", Expected: "both"}
	}
	if s.certificate == "" {
		return config, nil
	}
	if _, err := s.pair(); err != nil {
		return nil, err
	}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return s.pair() }
	return config, nil
}

func (s *endpointTLS) pair() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(s.certificate, s.key)
	if err != nil {
		return nil, &domain.Error{Kind: domain.Invalid, Field: "--endpoint-cert and --endpoint-key", Msg: "are no certificate and its key", Err: err}
	}
	return &pair, nil
}
