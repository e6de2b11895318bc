package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/portent-go/portent/domain"
)

func newHealth() *cobra.Command {
	var addr, certificate string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask a server whether it is ready",
		Long: "Ask the server that listens on --addr, on this machine if that names no host, whether it is ready\n" +
			"for predictions, as its /readyz says.",
		Example:     "  portent health\n  portent health --addr localhost:9000 --timeout 1s\n  portent health --tls-cert tls.crt",
		Annotations: statuses("0  it is ready", "1  it is not, or does not answer"),
		Args:        noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			return checkHealth(ctx, healthClient(certificate), addr, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&addr, "addr", defaultAddr, "address the server listens on")
	cmd.Flags().StringVar(&certificate, "tls-cert", "", "the server's --tls-cert: it is asked over TLS, whose certificate is not checked")
	cmd.Flags().DurationVar(&timeout, "timeout", 3*time.Second, "how long to wait for the answer")
	return showVariables(cmd)
}

// healthClient speaks TLS if the server has a certificate. Which one it is does not
// matter: nothing secret is sent, and the file may hold another one than the server
// has read so far.
func healthClient(certificate string) *client {
	if certificate == "" {
		return &client{http.DefaultClient, "http"}
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // for the reason above
	return &client{&http.Client{Transport: transport}, "https"}
}

// client asks in one of the ways that the server speaks.
type client struct {
	*http.Client
	scheme string
}

// checkHealth asks the server's /readyz.
func checkHealth(ctx context.Context, client *client, addr string, stdout io.Writer) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return &domain.Error{Kind: domain.Invalid, Field: "--addr " + addr, Msg: "is no address", Expected: "HOST:PORT, or :PORT on this machine", Err: err}
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "localhost"
	}
	ready := client.scheme + "://" + net.JoinHostPort(host, port) + "/readyz"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, ready, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return &domain.Error{
			Kind: domain.Unavailable, Field: ready, Msg: "no server answers", Err: withoutURL(err),
			Hint: "portent serve starts one; --addr says where it listens, and --tls-cert that it speaks TLS",
		}
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, 4096))
	if response.StatusCode != http.StatusOK {
		return &domain.Error{
			Kind: domain.Unavailable, Field: ready, Msg: fmt.Sprintf("not ready: %s: %s", response.Status, body),
			Hint: "a server is not ready while it loads models, and while it ends; its log says why",
		}
	}
	_, err = fmt.Fprintf(stdout, "%s\n", body)
	return err
}

// withoutURL takes the URL out of a client's error, since it is told beside it.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
