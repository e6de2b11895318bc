package tlsfiles

import "crypto/tls"

// Config returns a configuration that has each connection served by what the files
// hold when it is made: TLS 1.2 or later, with the ciphers that Go deems secure.
// The protocols are those that a client may choose from (ALPN), the best first.
//
// Where there are authorities of clients, a certificate that none of them has
// signed breaks the handshake, and one is asked for but not insisted on: whether a
// request may go on without is its handler's to say, so that a probe of the
// server's health needs none.
func (f *Files) Config(protocols ...string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: protocols,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			return f.current.Load().config(protocols), nil
		},
	}
}

func (i *identity) config(protocols []string) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: protocols, Certificates: []tls.Certificate{i.certificate}}
	if i.clientCAs != nil {
		config.ClientAuth, config.ClientCAs = tls.VerifyClientCertIfGiven, i.clientCAs
	}
	return config
}
