package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/portent-go/portent/domain"
)

// remoteAddress is where a server has a model.
type remoteAddress struct{ endpoint, model, version string }

const benchURL = "http://HOST:PORT, https://, grpc:// or grpcs://, and /v2/models/NAME or /v2/models/NAME/versions/VERSION behind it if it has several models"

// locate reads the URL of a server, which may name the model. Where nothing does,
// the server is asked which it has.
func (r *remoteSettings) locate(ctx context.Context, text string) (remoteAddress, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return remoteAddress{}, &domain.Error{Kind: domain.Invalid, Field: "target", Msg: "is not the URL of a server", Expected: benchURL} // it may hold a password
	}
	a := remoteAddress{endpoint: u.Scheme + "://" + u.Host, model: r.model, version: r.version}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return a, &domain.Error{Kind: domain.Invalid, Field: a.endpoint, Msg: "its URL holds more than an address and a model", Expected: benchURL, Hint: "a token goes into --endpoint-token-file"}
	}
	if !a.follow(u.Path) {
		return a, &domain.Error{Kind: domain.Invalid, Field: a.endpoint, Msg: fmt.Sprintf("%s is not where the protocol has a model", u.Path), Expected: benchURL}
	}
	if a.model == "" {
		a.model, err = r.onlyModel(ctx, a.endpoint, u.Scheme)
	}
	return a, err
}

// follow takes the model, and its version, from the path to it, if there is one. It
// reports whether the path leads to a model at all.
func (a *remoteAddress) follow(path string) bool {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if parts[0] == "" {
		return true
	}
	if parts[0] != "v2" || len(parts) > 1 && parts[1] != "models" {
		return false
	}
	switch len(parts) {
	case 1:
	case 3:
		a.model = parts[2]
	case 5:
		a.model, a.version = parts[2], parts[4]
		return parts[3] == "versions"
	default:
		return false
	}
	return true
}

// onlyModel asks a server for its models, and returns the name if there is one.
func (r *remoteSettings) onlyModel(ctx context.Context, endpoint, scheme string) (string, error) {
	unnamed := func(msg string, err error) error {
		return &domain.Error{
			Kind: domain.Invalid, Field: endpoint, Msg: msg, Err: err, Expected: "the name of a model",
			Hint: "name it: " + endpoint + "/v2/models/NAME, or --remote-model NAME",
		}
	}
	if scheme != "http" && scheme != "https" {
		return "", unnamed("which model to measure there is not said", nil)
	}
	names, err := r.ready(ctx, endpoint)
	if err != nil {
		return "", unnamed("does not say which models it has", err)
	}
	if len(names) == 0 {
		return "", &domain.Error{Kind: domain.Unavailable, Field: endpoint, Msg: "has no model that is ready", Hint: "load one, or wait until it is loaded"}
	}
	if len(names) != 1 {
		return "", unnamed(fmt.Sprintf("has %d models that are ready: %s", len(names), strings.Join(names, ", ")), nil)
	}
	return names[0], nil
}

// ready asks a server's repository which models are ready.
func (r *remoteSettings) ready(ctx context.Context, endpoint string) (names []string, err error) {
	const patience, mostBytes = 5 * time.Second, 1 << 20
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/v2/repository/index", bytes.NewReader([]byte(`{"ready":true}`)))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	config, err := r.tls.config()
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{TLSClientConfig: config}
	defer transport.CloseIdleConnections()
	if token := r.token(); token != nil && strings.HasPrefix(endpoint, "https:") {
		text, err := token(ctx)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Authorization", "Bearer "+text)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostBytes))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %s", response.Status)
	}
	return readyNames(body)
}

// readyNames reads the index of a repository. Names come once, whatever versions
// there are.
func readyNames(body []byte) (names []string, err error) {
	var index []struct{ Name, State string }
	if err := json.Unmarshal(body, &index); err != nil {
		return nil, err
	}
	seen := make(map[string]bool)
	for _, entry := range index {
		if entry.State == "READY" && !seen[entry.Name] {
			seen[entry.Name] = true
			names = append(names, entry.Name)
		}
	}
	return names, nil
}
