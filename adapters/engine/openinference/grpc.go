package openinference

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"

	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
)

// How connections are kept. Servers close those that are pinged more often than
// every five minutes. With pings on, unanswered data breaks a connection after
// pingTimeout.
const (
	pingInterval   = 6 * time.Minute
	pingTimeout    = 20 * time.Second
	connectTimeout = 5 * time.Second
	longestBackoff = 5 * time.Second
)

// grpcChannel speaks the protocol over gRPC. Tensors are sent raw.
type grpcChannel struct {
	connection *grpc.ClientConn
	client     inferencepb.GRPCInferenceServiceClient
	options    Options
}

// dialGRPC returns a channel that connects when it is first used.
func dialGRPC(a address, options Options) (channel, error) {
	transport := insecure.NewCredentials()
	if a.tls {
		transport = credentials.NewTLS(options.TLS)
	}
	reconnect := backoff.DefaultConfig
	reconnect.MaxDelay = longestBackoff
	connection, err := grpc.NewClient("dns:///"+a.url.Host,
		grpc.WithTransportCredentials(transport),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(options.MaxMessage)),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: reconnect, MinConnectTimeout: connectTimeout}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: pingInterval, Timeout: pingTimeout}),
		grpc.WithDisableServiceConfig(),
		grpc.WithDisableRetry(),
		grpc.WithIdleTimeout(0), // an engine is open in order to be used
	)
	if err != nil {
		return nil, domain.Errorf(domain.Invalid, "endpoint %v: %w", a.url, err)
	}
	return &grpcChannel{connection: connection, client: inferencepb.NewGRPCInferenceServiceClient(connection), options: options}, nil
}

func (c *grpcChannel) close() error { return c.connection.Close() }

// authorized puts the token, and what the context carries on, into a call's
// headers.
func (c *grpcChannel) authorized(ctx context.Context) (context.Context, error) {
	if c.options.Propagate != nil {
		parent := ctx
		c.options.Propagate(parent, func(key, value string) { ctx = metadata.AppendToOutgoingContext(ctx, key, value) })
	}
	if c.options.Token == nil {
		return ctx, nil
	}
	token, err := bearer(ctx, c.options.Token)
	if err != nil {
		return nil, err
	}
	return metadata.AppendToOutgoingContext(ctx, "authorization", token), nil
}

func (c *grpcChannel) describe(ctx context.Context) (description, error) {
	ctx, err := c.authorized(ctx)
	if err != nil {
		return description{}, err
	}
	model, err := c.client.ModelMetadata(ctx, &inferencepb.ModelMetadataRequest{Name: c.options.Model, Version: c.options.Version})
	if err != nil {
		return description{}, c.failureOf(ctx, err)
	}
	d := description{platform: model.GetPlatform()}
	if d.signature.Inputs, err = specsOf(model.GetInputs()); err != nil {
		return description{}, err
	}
	if d.signature.Outputs, err = specsOf(model.GetOutputs()); err != nil {
		return description{}, err
	}
	if server, err := c.client.ServerMetadata(ctx, &inferencepb.ServerMetadataRequest{}); err == nil { // is nice to know
		d.server = strings.TrimSpace(server.GetName() + " " + server.GetVersion())
	}
	return d, nil
}

func specsOf(tensors []*inferencepb.ModelMetadataResponse_TensorMetadata) ([]domain.TensorSpec, error) {
	specs := make([]domain.TensorSpec, len(tensors))
	for i, t := range tensors {
		var err error
		if specs[i], err = specOf(t.GetName(), t.GetDatatype(), t.GetShape()); err != nil {
			return nil, err
		}
	}
	return specs, nil
}

func (c *grpcChannel) ready(ctx context.Context) error {
	ctx, err := c.authorized(ctx)
	if err != nil {
		return err
	}
	answer, err := c.client.ModelReady(ctx, &inferencepb.ModelReadyRequest{Name: c.options.Model, Version: c.options.Version})
	if err != nil {
		return c.failureOf(ctx, err)
	}
	if !answer.GetReady() {
		return unreachable(domain.Errorf(domain.Unavailable, "it says that the model is not ready"))
	}
	return nil
}

func (c *grpcChannel) infer(ctx context.Context, inputs []named, outputs []domain.TensorSpec) ([]named, error) {
	ctx, err := c.authorized(ctx)
	if err != nil {
		return nil, err
	}
	request := &inferencepb.ModelInferRequest{ModelName: c.options.Model, ModelVersion: c.options.Version}
	for _, in := range inputs {
		data, err := openinference.AppendRaw(make([]byte, 0, openinference.RawSize(in.tensor)), in.tensor)
		if err != nil {
			return nil, &failure{told: domain.Errorf(domain.Invalid, "%s: %w", in.name, err)}
		}
		shape := make([]int64, len(in.tensor.Shape()))
		for i, n := range in.tensor.Shape() {
			shape[i] = int64(n)
		}
		request.Inputs = append(request.Inputs, &inferencepb.ModelInferRequest_InferInputTensor{Name: in.name, Datatype: in.tensor.Datatype().String(), Shape: shape})
		request.RawInputContents = append(request.RawInputContents, data)
	}
	for _, out := range outputs {
		request.Outputs = append(request.Outputs, &inferencepb.ModelInferRequest_InferRequestedOutputTensor{Name: out.Name})
	}
	response, err := c.client.ModelInfer(ctx, request)
	if err != nil {
		return nil, c.failureOf(ctx, err)
	}
	return outputsOf(response)
}

// outputsOf reads the tensors of an answer.
func outputsOf(response *inferencepb.ModelInferResponse) ([]named, error) {
	raw := response.GetRawOutputContents()
	if len(raw) > 0 && len(raw) != len(response.GetOutputs()) {
		return nil, wrongAnswer("it holds %d outputs and %d raw tensors", len(response.GetOutputs()), len(raw))
	}
	outputs := make([]named, len(response.GetOutputs()))
	for i, out := range response.GetOutputs() {
		var err error
		outputs[i].name = out.GetName()
		if len(raw) > 0 {
			outputs[i].tensor, err = inferencepb.Raw(out, raw[i])
		} else {
			outputs[i].tensor, err = inferencepb.Typed(out)
		}
		if err != nil {
			return nil, wrongAnswer("output %w", err)
		}
	}
	return outputs, nil
}
