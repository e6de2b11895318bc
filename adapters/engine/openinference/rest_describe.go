package openinference

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/portent-go/portent/domain"
)

// get asks for a small document and reads it as JSON.
func (c *restChannel) get(ctx context.Context, address string, answer any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return &failure{told: domain.Errorf(domain.Invalid, "the model's address: %w", err)}
	}
	return c.exchange(request, func(_ http.Header, body []byte) error {
		if err := json.Unmarshal(body, answer); err != nil {
			return wrongAnswer("it is not the JSON that the protocol asks for: %s", shortened(err.Error()))
		}
		return nil
	})
}

func (c *restChannel) describe(ctx context.Context) (description, error) {
	var model struct {
		Platform        string
		Inputs, Outputs []toldTensor
	}
	if err := c.get(ctx, c.model, &model); err != nil {
		return description{}, err
	}
	d := description{platform: model.Platform}
	var err error
	if d.signature.Inputs, err = toldSpecs(model.Inputs); err != nil {
		return description{}, err
	}
	if d.signature.Outputs, err = toldSpecs(model.Outputs); err != nil {
		return description{}, err
	}
	var server struct {
		Name, Version string
		Extensions    []string
	}
	if err := c.get(ctx, c.server+"/v2", &server); err == nil { // is nice to know
		d.server = strings.TrimSpace(server.Name + " " + server.Version)
		c.raw.Store(slices.Contains(server.Extensions, "binary_tensor_data"))
	}
	return d, nil
}

// toldTensor is what a server says of an input or output.
type toldTensor struct {
	Name, Datatype string
	Shape          []int64
}

func toldSpecs(tensors []toldTensor) ([]domain.TensorSpec, error) {
	specs := make([]domain.TensorSpec, len(tensors))
	for i, t := range tensors {
		var err error
		if specs[i], err = specOf(t.Name, t.Datatype, t.Shape); err != nil {
			return nil, err
		}
	}
	return specs, nil
}

// ready believes the status, unless the answer says the opposite: some servers
// answer with nothing.
func (c *restChannel) ready(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.model+"/ready", nil)
	if err != nil {
		return &failure{told: domain.Errorf(domain.Invalid, "the model's address: %w", err)}
	}
	return c.exchange(request, func(_ http.Header, body []byte) error {
		var answer struct{ Ready *bool }
		if json.Unmarshal(body, &answer) == nil && answer.Ready != nil && !*answer.Ready {
			return unreachable(domain.Errorf(domain.Unavailable, "it says that the model is not ready"))
		}
		return nil
	})
}
