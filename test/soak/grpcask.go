//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	grpccodes "google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
)

// grpcAsk is a request over gRPC and the raw output that is right.
type grpcAsk struct {
	name    string
	request *inferencepb.ModelInferRequest
	want    []byte
}

// grpcLines are connections to one server, used in turn.
type grpcLines struct {
	server  *server
	tally   *tally
	clients []inferencepb.GRPCInferenceServiceClient
	lines   []*grpc.ClientConn
}

func newGRPCLines(p *server, n int) (*grpcLines, error) {
	g := &grpcLines{server: p, tally: p.tally}
	for range n {
		line, err := grpc.NewClient(p.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			g.close()
			return nil, err
		}
		g.lines, g.clients = append(g.lines, line), append(g.clients, inferencepb.NewGRPCInferenceServiceClient(line))
	}
	return g, nil
}

func (g *grpcLines) close() {
	for _, line := range g.lines {
		_ = line.Close()
	}
}

// ask asks over one of the connections, and counts the outcome.
func (g *grpcLines) ask(ctx context.Context, a *grpcAsk, line int) {
	g.askJudged(ctx, a, line, a.judge, g.failed)
}

// askJudged does the same where something else says what an answer and an error are.
func (g *grpcLines) askJudged(ctx context.Context, a *grpcAsk, line int, judge func(*inferencepb.ModelInferResponse) (outcome, string),
	failed func(context.Context, string, error) (outcome, string)) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	answer, err := g.clients[line%len(g.clients)].ModelInfer(ctx, a.request)
	if err != nil {
		g.tally.count(failed(ctx, a.name, err))
		return
	}
	g.tally.count(judge(answer))
}

func (a *grpcAsk) judge(answer *inferencepb.ModelInferResponse) (outcome, string) {
	raw := rawOf(answer)
	if !bytes.Equal(raw, a.want) {
		return wrong, fmt.Sprintf("%s: answered %x, expected %x", a.name, raw, a.want)
	}
	return accepted, ""
}

// rawOf returns the bytes of the first output, however it was sent.
func rawOf(answer *inferencepb.ModelInferResponse) []byte {
	if raw := answer.GetRawOutputContents(); len(raw) == 1 {
		return raw[0]
	}
	if outputs := answer.GetOutputs(); len(outputs) == 1 {
		return littleEndian(outputs[0].GetContents().GetFp32Contents())
	}
	return nil
}

// failed says what a call is that ended with an error.
func (g *grpcLines) failed(ctx context.Context, name string, err error) (outcome, string) {
	s := status.Convert(err)
	for _, detail := range s.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == "portent" && info.GetMetadata()["request_id"] != "" {
			switch info.GetReason() {
			case "OVERLOADED", "UNAVAILABLE", "TIMEOUT":
				return refused, fmt.Sprintf("%v %s", s.Code(), info.GetReason())
			case "INTERNAL":
				g.tally.answered500()
			}
			return wrong, fmt.Sprintf("%s: %v must not come: %s", name, s.Code(), s.Message())
		}
	}
	return g.unanswered(ctx, name, s)
}

// unanswered says what a call is that the server has not answered.
func (g *grpcLines) unanswered(ctx context.Context, name string, s *status.Status) (outcome, string) {
	phase := &g.server.phase
	switch {
	case phase.killed.Load():
		return left, "under way when the server was killed"
	case errors.Is(ctx.Err(), context.Canceled):
		return left, "canceled by the client"
	case s.Code() == grpccodes.Unavailable && phase.ending.Load() != 0 && neverSent(s.Message()):
		return refused, "no connection to a server that ends"
	}
	return lost, fmt.Sprintf("%s: %v %s", name, s.Code(), s.Message())
}

// neverSent reports whether gRPC says that a call has not reached the server: there
// is no connection, or the server has said before that it takes no more calls.
func neverSent(message string) bool {
	return strings.Contains(message, "connection refused") || strings.Contains(message, "error reading server preface") ||
		strings.Contains(message, "Error while dialing")
}

// stream asks again and again over one stream, until the context ends or the server
// ends the stream. Requests are counted one by one.
func (g *grpcLines) stream(ctx context.Context, d *doors, line int) {
	ctx, cancel := endsWith(ctx)
	defer cancel()
	stream, err := g.clients[line%len(g.clients)].ModelStreamInfer(ctx)
	for i := 0; err == nil && ctx.Err() == nil; i++ {
		a := d.grpc[i%len(d.grpc)]
		if err = stream.Send(a.request); err != nil {
			_, err = stream.Recv() // which tells why
			break
		}
		var answer *inferencepb.ModelStreamInferResponse
		if answer, err = stream.Recv(); err != nil {
			break
		}
		g.tally.count(a.judgeStreamed(answer))
	}
	switch {
	case err == nil:
		return
	case errors.Is(err, io.EOF):
		g.tally.count(lost, "stream: the server ended it in the place of an answer")
		return
	}
	// A server that ends says so in the place of an answer.
	g.tally.count(g.failed(ctx, "stream", err))
}

// endsWith returns a context that is canceled when another ends, for whatever
// reason, so that it is known who gave up.
func endsWith(other context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(other))
	stop := context.AfterFunc(other, cancel)
	return ctx, func() { stop(); cancel() }
}

// judgeStreamed says what an answer in a stream is, whose errors are texts.
func (a *grpcAsk) judgeStreamed(answer *inferencepb.ModelStreamInferResponse) (outcome, string) {
	switch message := answer.GetErrorMessage(); {
	case message == "":
		return a.judge(answer.GetInferResponse())
	case strings.Contains(message, "waiting") || strings.Contains(message, "shut down") || strings.Contains(message, "the answer would take"):
		return refused, "in a stream: overloaded"
	default:
		return wrong, fmt.Sprintf("%s, streamed: %s", a.name, message)
	}
}

// pause waits, or returns at once when the context ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
