//go:build linux

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc"
	grpccodes "google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/status"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
)

// hostileCall is a call that must be refused.
type hostileCall struct {
	name    string
	request *inferencepb.ModelInferRequest
	options []grpc.CallOption
}

func hostileCalls() []hostileCall {
	input := func(datatype string, shape []int64, raw []byte) *inferencepb.ModelInferRequest {
		return &inferencepb.ModelInferRequest{
			ModelName: modelName, RawInputContents: [][]byte{raw},
			Inputs: []*inferencepb.ModelInferRequest_InferInputTensor{{Name: "pixel_values", Datatype: datatype, Shape: shape}},
		}
	}
	many := &inferencepb.ModelInferRequest{ModelName: modelName}
	for range 20000 {
		many.Inputs = append(many.Inputs, new(inferencepb.ModelInferRequest_InferInputTensor))
	}
	shape := []int64{1, 3, 32, 32}
	return []hostileCall{
		{"no inputs", &inferencepb.ModelInferRequest{ModelName: modelName}, nil},
		{"no such model", &inferencepb.ModelInferRequest{ModelName: strings.Repeat("../", 1000)}, nil},
		{"short", input("FP32", shape, []byte{1, 2, 3}), nil},
		{"wrong datatype", input("FP99", shape, make([]byte, 4*elements)), nil},
		{"overflowing shape", input("FP32", []int64{1 << 62, 1 << 62, 4, 4}, make([]byte, 16)), nil},
		{"negative shape", input("FP32", []int64{-1, 3, 32, 32}, make([]byte, 16)), nil},
		{"many parts", many, nil},
		{"too large", input("FP32", shape, make([]byte, 20<<20)), nil},
		{"compressed bomb", input("FP32", shape, make([]byte, 64<<20)), []grpc.CallOption{grpc.UseCompressor(gzip.Name)}},
	}
}

// refusals are the codes with which a hostile call may be refused. Some come from
// gRPC itself, before the program sees the call.
var refusals = []grpccodes.Code{grpccodes.InvalidArgument, grpccodes.NotFound, grpccodes.ResourceExhausted, grpccodes.Unimplemented, grpccodes.Unavailable}

// attack makes a hostile call.
func (g *grpcLines) attack(ctx context.Context, h hostileCall, line int) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	_, err := g.clients[line%len(g.clients)].ModelInfer(ctx, h.request, h.options...)
	code := status.Code(err)
	switch {
	case g.server.phase.killed.Load():
		g.tally.count(left, "under way when the server was killed")
	case code == grpccodes.Unavailable && len(status.Convert(err).Details()) == 0, ctx.Err() != nil:
		g.tally.count(lost, fmt.Sprintf("gRPC %s: %v", h.name, err))
	case code == grpccodes.Internal && strings.Contains(err.Error(), "failed to unmarshal the received message"):
		g.tally.count(refused, "not unmarshalled, which gRPC calls Internal")
	case !slices.Contains(refusals, code):
		g.tally.count(wrong, fmt.Sprintf("gRPC %s: %v", h.name, err))
	default:
		g.tally.count(refused, fmt.Sprintf("%v of a hostile call", code))
	}
}

// unknownMethod calls what there is not.
func (g *grpcLines) unknownMethod(ctx context.Context, line int) {
	err := g.lines[line%len(g.lines)].Invoke(ctx, "/inference.GRPCInferenceService/Frobnicate", &inferencepb.ServerLiveRequest{}, &inferencepb.ServerLiveResponse{})
	if status.Code(err) != grpccodes.Unimplemented {
		g.tally.count(wrong, fmt.Sprintf("gRPC: an unknown method: %v", err))
		return
	}
	g.tally.count(refused, "Unimplemented of a hostile call")
}

// garbage sends bytes that are not gRPC.
func (g *grpcLines) garbage(bytes string) {
	line, err := dial(g.server.grpc)
	if err != nil {
		g.tally.count(lost, fmt.Sprintf("garbage to gRPC: no connection: %v", err))
		return
	}
	defer line.close()
	_, _ = line.Write([]byte(bytes))
	_, _ = line.drain()
	g.tally.count(refused, "closed without an answer, not being gRPC")
}

// notGRPC is what is sent to gRPC's port by mistake and on purpose.
var notGRPC = []string{
	"GET / HTTP/1.1\r\nHost: soak\r\n\r\n",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + strings.Repeat("\xff", 4000),
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00" + strings.Repeat("\x00\x00\x00\x01\x05\x00\x00\x00\x01", 50),
}
