package openinference

import (
	"fmt"
	"net"
	"net/url"

	"github.com/portent-go/portent/domain"
)

// address is where an endpoint is and how to speak to it.
type address struct {
	url  *url.URL
	dial func(a address, options Options) (channel, error)
	tls  bool
}

// dialers are the forms of the protocol, by an address's scheme.
var dialers = map[string]struct {
	dial func(a address, options Options) (channel, error)
	tls  bool
}{
	"grpc":  {dialGRPC, false},
	"grpcs": {dialGRPC, true},
	"http":  {dialREST, false},
	"https": {dialREST, true},
}

const schemes = "grpc://host:port or http://host:port, with TLS grpcs:// or https://"

// parseAddress reads an endpoint's address. What it does not understand or would
// not use is an error of kind Invalid.
func parseAddress(endpoint string, options Options) (address, error) {
	fail := func(msg, hint string) (address, error) {
		return address{}, &domain.Error{Kind: domain.Invalid, Field: "endpoint", Msg: msg, Expected: schemes, Hint: hint}
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return fail("it is no address", "") // the error of url.Parse may hold a password
	}
	if u.User != nil {
		return fail("the address of "+u.Host+" holds a name or password", "give a token instead")
	}
	if u.Opaque != "" || u.Scheme == "" {
		return fail("the address does not begin with a scheme and //", "")
	}
	dialer, known := dialers[u.Scheme]
	// Only these two are told of an address: the rest may hold a password or key.
	server := u.Scheme + "://" + u.Host
	switch {
	case !known:
		return fail(fmt.Sprintf("%q has scheme %q", server, u.Scheme), "")
	case u.Hostname() == "" || u.Port() == "":
		return fail(fmt.Sprintf("%q does not say host and port", server), "")
	case holdsMore(u):
		return fail(fmt.Sprintf("the address of %q holds more than host and port", server), "")
	case !dialer.tls && options.TLS != nil:
		return fail(fmt.Sprintf("%q does not speak TLS, which is configured", server), "")
	case !dialer.tls && options.Token != nil && !isLocal(u.Hostname()):
		return fail(fmt.Sprintf("%q would be sent the token in plain text", server), "use TLS: "+u.Scheme+"s://"+u.Host)
	}
	return address{url: u, dial: dialer.dial, tls: dialer.tls}, nil
}

// holdsMore reports whether an address holds more than scheme, host and port.
func holdsMore(u *url.URL) bool {
	return u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/"
}

// isLocal reports whether a host is this machine for certain.
func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
