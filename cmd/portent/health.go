package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/portent-go/portent/domain"
)

func newHealth() *cobra.Command {
	var addr, certificate string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask a server on this machine whether it is ready; exit status 0 if so",
		Args:  cobra.NoArgs,
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
		return domain.Errorf(domain.Invalid, "--addr %q is not HOST:PORT: %w", addr, err)
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "localhost"
	}
	url := client.scheme + "://" + net.JoinHostPort(host, port) + "/readyz"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return domain.Errorf(domain.Unavailable, "no server answers: %w", err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, 4096))
	if response.StatusCode != http.StatusOK {
		return domain.Errorf(domain.Unavailable, "not ready: %s: %s", response.Status, body)
	}
	_, err = fmt.Fprintf(stdout, "%s\n", body)
	return err
}
