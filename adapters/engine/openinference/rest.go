package openinference

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/domain"
)

const (
	// headerDocumentSize says how many bytes of a body are its JSON document; raw
	// tensors follow it.
	headerDocumentSize = "Inference-Header-Content-Length"
	// idleTimeout is how long an unused connection is kept. Servers close them
	// after a minute or more, and a request that meets that moment must be
	// repeated.
	idleTimeout = 50 * time.Second
	// keptAnswer is the largest buffer of an answer that is used again.
	keptAnswer = 4 << 20
)

// restChannel speaks the protocol over HTTP. Tensors go raw to a server that says
// that it knows them so, else as numbers in JSON if that can hold them.
type restChannel struct {
	client  *http.Client
	options Options
	server  string // address of the server, without a slash at the end
	model   string // address of the model
	raw     atomic.Bool
}

// dialREST returns a channel that connects when it is first used.
func dialREST(a address, options Options) (channel, error) {
	dialer := &net.Dialer{Timeout: connectTimeout}
	transport := &http.Transport{
		DialContext:         dialer.DialContext,
		TLSClientConfig:     options.TLS.Clone(),
		TLSHandshakeTimeout: connectTimeout,
		MaxIdleConnsPerHost: options.MaxInFlight,
		IdleConnTimeout:     idleTimeout,
		DisableCompression:  true, // numbers do not become much smaller
		ForceAttemptHTTP2:   true,
	}
	c := &restChannel{
		client: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a token is for this server only
		},
		options: options,
		server:  a.url.Scheme + "://" + a.url.Host,
	}
	c.model = c.server + "/v2/models/" + url.PathEscape(options.Model)
	if options.Version != "" {
		c.model += "/versions/" + url.PathEscape(options.Version)
	}
	return c, nil
}

func (c *restChannel) close() error {
	c.client.CloseIdleConnections()
	return nil
}

// answers hold what servers answer until it has been read.
var answers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// exchange sends a request and hands the answer to read, which must not keep it.
func (c *restChannel) exchange(request *http.Request, read func(header http.Header, body []byte) error) error {
	ctx := request.Context()
	if c.options.Token != nil {
		token, err := bearer(ctx, c.options.Token)
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", token)
	}
	if c.options.Propagate != nil {
		c.options.Propagate(ctx, request.Header.Set)
	}
	response, err := c.client.Do(request)
	if err != nil {
		return broken(ctx, err)
	}
	defer response.Body.Close()
	body := answers.Get().(*bytes.Buffer)
	body.Reset()
	defer func() {
		if body.Cap() <= keptAnswer {
			answers.Put(body)
		}
	}()
	limit := int64(c.options.MaxMessage)
	if _, err := body.ReadFrom(io.LimitReader(response.Body, limit+1)); err != nil {
		return broken(ctx, err)
	}
	switch {
	case int64(body.Len()) > limit:
		return wrongAnswer("it is larger than %d bytes, which is as large as it may be", limit)
	case response.StatusCode != http.StatusOK:
		return restFailure(response, body.Bytes())
	default:
		return read(response.Header, body.Bytes())
	}
}

// broken is the failure of an exchange that did not come to its end.
func broken(ctx context.Context, err error) error {
	if ended := domain.FromContext(ctx, "waiting for the model's server"); ended != nil {
		return ended
	}
	return unreachable(err)
}

func (c *restChannel) infer(ctx context.Context, inputs []named, wanted []domain.TensorSpec) ([]named, error) {
	body, documentSize, err := c.written(inputs, wanted)
	if err != nil {
		return nil, &failure{told: domain.Errorf(domain.KindOf(err), "%w", err)}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.model+"/infer", bytes.NewReader(body))
	if err != nil {
		return nil, &failure{told: domain.Errorf(domain.Invalid, "the model's address: %w", err)}
	}
	request.Header.Set("Content-Type", "application/json")
	if documentSize > 0 {
		request.Header.Set("Content-Type", "application/octet-stream")
		request.Header.Set(headerDocumentSize, strconv.Itoa(documentSize))
	}
	var outputs []named
	err = c.exchange(request, func(header http.Header, body []byte) (err error) {
		outputs, err = parseAnswer(header, body)
		return err
	})
	return outputs, err
}

// written returns a request's body. What JSON cannot hold goes raw to a server that
// does not say that it knows tensors so, since there is no other way.
func (c *restChannel) written(inputs []named, outputs []domain.TensorSpec) (body []byte, documentSize int, err error) {
	raw, size := c.raw.Load(), 1<<10
	for _, in := range inputs {
		size += openinference.RawSize(in.tensor)
	}
	body, documentSize, err = openinference.AppendRequest(make([]byte, 0, size), requestOf(inputs, outputs, raw))
	if err == nil || raw {
		return body, documentSize, err
	}
	return openinference.AppendRequest(make([]byte, 0, size), requestOf(inputs, outputs, true))
}

// requestOf says of each output whether it is wanted raw: where outputs are named,
// servers differ on what holds for all.
func requestOf(inputs []named, outputs []domain.TensorSpec, raw bool) *openinference.Request {
	r := &openinference.Request{Inputs: make([]openinference.NamedTensor, len(inputs)), Outputs: make([]openinference.RequestedOutput, len(outputs))}
	for i, in := range inputs {
		r.Inputs[i] = openinference.NamedTensor{Name: in.name, Tensor: in.tensor, Binary: raw}
	}
	for i, out := range outputs {
		r.Outputs[i] = openinference.RequestedOutput{Name: out.Name, Binary: raw}
	}
	return r
}

// parseAnswer reads the tensors of an answer.
func parseAnswer(header http.Header, body []byte) ([]named, error) {
	if coding := header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return nil, wrongAnswer("it is compressed, which nobody asked for: %q", shortened(coding))
	}
	size := len(body)
	if told := header.Get(headerDocumentSize); told != "" {
		n, err := strconv.ParseUint(told, 10, 63)
		if err != nil || n > uint64(len(body)) {
			return nil, wrongAnswer("of its %d bytes %q are JSON", len(body), shortened(told))
		}
		size = int(n)
	}
	response, err := openinference.ParseResponse(body[:size], body[size:])
	if err != nil {
		return nil, wrongAnswer("%s", shortened(err.Error()))
	}
	outputs := make([]named, len(response.Outputs))
	for i, out := range response.Outputs {
		outputs[i] = named{out.Name, out.Tensor}
	}
	return outputs, nil
}
