package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
)

// asker asks a model for what becomes of four ones. There is no answer where the
// model is not served at the moment.
type asker func(ctx context.Context, model string) (numbers []float32, served bool, err error)

// askers returns ways to ask a server, one over HTTP and one over gRPC on a
// connection of its own, in turn.
func (s *server) askers(t *testing.T, n int) []asker {
	t.Helper()
	askers := make([]asker, n)
	for i := range askers {
		if askers[i] = s.askHTTP; i%2 == 1 {
			askers[i] = askGRPC(s.dial(t))
		}
	}
	return askers
}

func (s *server) dial(t *testing.T) inferencepb.GRPCInferenceServiceClient {
	t.Helper()
	connection, err := grpc.NewClient(s.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return inferencepb.NewGRPCInferenceServiceClient(connection)
}

func (s *server) askHTTP(ctx context.Context, model string) ([]float32, bool, error) {
	body := bytes.NewReader([]byte(`{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,1,1,1]}]}`))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/v2/models/"+model+"/infer", body)
	if err != nil {
		return nil, false, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, false, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return nil, false, err
	case response.StatusCode == http.StatusNotFound, response.StatusCode == http.StatusServiceUnavailable:
		return nil, false, nil
	case response.StatusCode != http.StatusOK:
		return nil, false, fmt.Errorf("status %d: %s", response.StatusCode, text)
	}
	var answer struct{ Outputs []struct{ Data []float32 } }
	if err := json.Unmarshal(text, &answer); err != nil || len(answer.Outputs) != 1 {
		return nil, false, fmt.Errorf("%w: %s", err, text)
	}
	return answer.Outputs[0].Data, true, nil
}

func askGRPC(client inferencepb.GRPCInferenceServiceClient) asker {
	return func(ctx context.Context, model string) ([]float32, bool, error) {
		response, err := client.ModelInfer(ctx, &inferencepb.ModelInferRequest{
			ModelName: model,
			Inputs: []*inferencepb.ModelInferRequest_InferInputTensor{{
				Name: "x", Datatype: "FP32", Shape: []int64{1, 4}, Contents: &inferencepb.InferTensorContents{Fp32Contents: []float32{1, 1, 1, 1}},
			}},
		})
		if code := status.Code(err); code == codes.NotFound || code == codes.Unavailable {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		return response.GetOutputs()[0].GetContents().GetFp32Contents(), true, nil
	}
}

// bounds is which factors a model may multiply by: those of the versions that are
// served, or about to be.
type bounds struct{ least, most atomic.Int64 }

// demand asks for a model until told to stop. Each answer must be that of a version
// that was served between question and answer. A model that stays must answer.
func (b *bounds) demand(t *testing.T, stop <-chan struct{}, ask asker, model string, stays bool) (answers int) {
	for {
		select {
		case <-stop:
			return answers
		default:
		}
		least := b.least.Load()
		numbers, served, err := ask(t.Context(), model)
		most := b.most.Load()
		switch {
		case err != nil, stays && !served:
			t.Errorf("%s: served: %v, %v", model, served, err)
			return answers
		case !served:
			continue
		}
		answers++
		if len(numbers) != 4 {
			t.Errorf("%s: %v", model, numbers)
			return answers
		}
		for _, number := range numbers {
			if factor := int64(number); number != numbers[0] || float32(factor) != number || factor < least || factor > most {
				t.Errorf("%s: %v, expected one number from %d to %d", model, numbers, least, most)
				return answers
			}
		}
	}
}

// TestNoRequestIsLostWhileModelsChange asks three models with 16 clients over HTTP
// and gRPC. One stays, and is replaced in its folder again and again: by request or
// by being watched. One is loaded and unloaded by request, the third comes into the
// folder and goes.
func TestNoRequestIsLostWhileModelsChange(t *testing.T) {
	const clients, changes = 16, 24
	folder := t.TempDir()
	scaler(t, filepath.Join(folder, "stays"), 1)
	scaler(t, filepath.Join(folder, "visits"), 2)
	s := serveModel(t, "--models", folder, "--default-model", "stays", "--poll", "5ms")
	var replaced, same bounds
	replaced.least.Store(1)
	replaced.most.Store(1)
	same.least.Store(2)
	same.most.Store(2)

	stop, answers := make(chan struct{}), [3]atomic.Int64{}
	var asking sync.WaitGroup
	for i, ask := range s.askers(t, clients) {
		asking.Go(func() {
			switch {
			case i < clients/2:
				answers[0].Add(int64(replaced.demand(t, stop, ask, "stays", true)))
			case i < clients*3/4:
				answers[1].Add(int64(same.demand(t, stop, ask, "visits", false)))
			default:
				answers[2].Add(int64(same.demand(t, stop, ask, "comes", false)))
			}
		})
	}
	var changing sync.WaitGroup
	changing.Go(func() { s.replace(t, &replaced, filepath.Join(folder, "stays"), changes) })
	changing.Go(func() { s.loadAndUnload(t, "visits", changes) })
	changing.Go(func() { s.comeAndGo(t, filepath.Join(folder, "comes"), changes/4) })
	changing.Wait()
	close(stop)
	asking.Wait()
	for i := range answers {
		if answers[i].Load() == 0 {
			t.Errorf("model %d never answered", i)
		}
	}
	s.settle(t, map[string]string{"stays": "READY", "visits": "READY"})
	s.stop()
	if err := <-s.done; err != nil {
		t.Error(err)
	}
}

// replace puts one version after the other into a model's folder. Every other one
// is loaded by request, the rest is waited for.
func (s *server) replace(t *testing.T, served *bounds, folder string, changes int) {
	for factor := int64(2); factor < int64(2+changes) && !t.Failed(); factor++ {
		served.most.Store(factor)
		scaler(t, folder, float32(factor))
		if factor%2 == 0 {
			if status, body := s.post(t, "/v2/repository/models/stays/load", "application/json", nil); status != http.StatusOK {
				t.Errorf("status %d: %s", status, body)
			}
		} else {
			s.until(t, "stays", func(numbers []float32, _ bool) bool { return int64(numbers[0]) == factor })
		}
		served.least.Store(factor)
	}
}

func (s *server) loadAndUnload(t *testing.T, model string, changes int) {
	client := s.dial(t)
	for i := 0; i < changes && !t.Failed(); i++ {
		if _, err := client.RepositoryModelUnload(t.Context(), &inferencepb.RepositoryModelUnloadRequest{ModelName: model}); err != nil {
			t.Error(err)
		}
		if status, body := s.post(t, "/v2/repository/models/"+model+"/load", "application/json", nil); status != http.StatusOK {
			t.Errorf("status %d: %s", status, body)
		}
	}
}

// comeAndGo moves a whole model into the folder, and out again.
func (s *server) comeAndGo(t *testing.T, folder string, changes int) {
	away := filepath.Join(t.TempDir(), "away")
	scaler(t, away, 2)
	for i := 0; i < changes && !t.Failed(); i++ {
		if err := os.Rename(away, folder); err != nil {
			t.Error(err)
		}
		s.until(t, filepath.Base(folder), func(_ []float32, served bool) bool { return served })
		if err := os.Rename(folder, away); err != nil {
			t.Error(err)
		}
		s.until(t, filepath.Base(folder), func(_ []float32, served bool) bool { return !served })
	}
}

// until asks a model until its answer is what is waited for.
func (s *server) until(t *testing.T, model string, done func(numbers []float32, served bool) bool) {
	for !t.Failed() {
		numbers, served, err := s.askHTTP(t.Context(), model)
		if err != nil {
			t.Error(err)
		} else if done(numbers, served) {
			return
		}
	}
}

// settle waits until the index is what is expected, without versions that are still
// leased.
func (s *server) settle(t *testing.T, want map[string]string) {
	for {
		status, body := s.post(t, "/v2/repository/index", "application/json", nil)
		var lines []struct{ Name, State string }
		if err := json.Unmarshal([]byte(body), &lines); err != nil || status != http.StatusOK {
			t.Fatalf("status %d: %s", status, body)
		}
		states := map[string]string{}
		for _, line := range lines {
			states[line.Name] = line.State
		}
		if fmt.Sprint(states) == fmt.Sprint(want) {
			return
		}
	}
}
