package openinference_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	wire "github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports/predictortest"
)

// restPeer is a server over HTTP that does as a test says, by default what a fake
// computes.
type restPeer struct {
	signature domain.Signature
	fake      *predictortest.Fake
	plain     bool                                              // does not say that it knows raw tensors
	metadata  string                                            // instead of the signature's
	ready     string                                            // instead of nothing
	infer     http.HandlerFunc                                  // instead of what the fake computes
	change    func(header http.Header, body *[]byte)            // the answer, before it is sent
	guard     func(w http.ResponseWriter, r *http.Request) bool // whether a request may pass
	calls     atomic.Int64
	raw       atomic.Int64 // requests with raw tensors
}

func newRESTPeer() *restPeer {
	return &restPeer{signature: signature(), fake: predictortest.NewFake(signature())}
}

// serve serves a peer until the test ends, and returns its address without scheme.
func (p *restPeer) serve(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func (p *restPeer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.guard != nil && !p.guard(w, r) {
		return
	}
	switch r.Method + " " + r.URL.EscapedPath() {
	case "GET /v2":
		extensions := []string{"statistics"}
		if !p.plain {
			extensions = append(extensions, "binary_tensor_data")
		}
		tell(w, map[string]any{"name": "peer", "version": "7", "extensions": extensions})
	case "GET /v2/models/m", "GET /v2/models/a%2Fb/versions/1%202":
		if p.metadata != "" {
			_, _ = io.WriteString(w, p.metadata)
			return
		}
		tell(w, map[string]any{"name": "m", "platform": "peer_v1", "inputs": toldAs(p.signature.Inputs), "outputs": toldAs(p.signature.Outputs), "more": []int{1}})
	case "GET /v2/models/m/ready":
		_, _ = io.WriteString(w, p.ready)
	case "POST /v2/models/m/infer", "POST /v2/models/a%2Fb/versions/1%202/infer":
		p.calls.Add(1)
		if p.infer != nil {
			p.infer(w, r)
			return
		}
		p.compute(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
		tell(w, map[string]string{"error": "there is nothing at " + r.URL.EscapedPath()})
	}
}

func tell(w io.Writer, answer any) { _ = json.NewEncoder(w).Encode(answer) }

func toldAs(specs []domain.TensorSpec) []map[string]any {
	told := make([]map[string]any, len(specs))
	for i, spec := range specs {
		told[i] = map[string]any{"name": spec.Name, "datatype": spec.Datatype.String(), "shape": []int(spec.Shape)}
	}
	return told
}

// compute answers with what the fake says, with the outputs that were asked for, in
// another order than the signature's.
func (p *restPeer) compute(w http.ResponseWriter, r *http.Request) {
	refuse := func(err error) {
		w.WriteHeader(http.StatusBadRequest)
		tell(w, map[string]string{"error": err.Error()})
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	size := len(body)
	if told := r.Header.Get("Inference-Header-Content-Length"); told != "" {
		p.raw.Add(1)
		size, _ = strconv.Atoi(told)
	}
	request, err := wire.ParseRequest(body[:size], body[size:])
	if err != nil {
		refuse(err)
		return
	}
	inputs := make([]domain.Tensor, len(request.Inputs))
	for i, in := range request.Inputs {
		inputs[i] = in.Tensor
	}
	outputs, err := p.fake.Predict(r.Context(), inputs)
	if err != nil {
		refuse(err)
		return
	}
	response := &wire.Response{Model: "m"}
	for i, out := range slices.Backward(outputs) {
		name := p.signature.Outputs[i].Name
		if at := slices.IndexFunc(request.Outputs, func(wanted wire.RequestedOutput) bool { return wanted.Name == name }); at >= 0 {
			response.Outputs = append(response.Outputs, wire.NamedTensor{Name: name, Tensor: out, Binary: request.Outputs[at].Binary})
		}
	}
	answer, size, err := wire.AppendResponse(nil, response)
	if err != nil {
		refuse(err)
		return
	}
	if size > 0 {
		w.Header().Set("Inference-Header-Content-Length", strconv.Itoa(size))
	}
	if p.change != nil {
		p.change(w.Header(), &answer)
	}
	_, _ = w.Write(answer)
}
