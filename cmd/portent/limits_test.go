package main

import (
	"errors"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// TestLimitsHoldAtEveryDoor sends what is too large or too deep to each of them.
func TestLimitsHoldAtEveryDoor(t *testing.T) {
	s := serveSecured(t, "--max-body", "1048576")
	long := strings.Repeat("x", 100<<10)
	deep := []byte(`{"inputs": ` + strings.Repeat("[", 500_000) + `, "input": ` + strings.Repeat("[", 500_000))
	for _, path := range []string{"/predict", "/predict/batch", "/models/cifar10-resnet20/predict", "/v2/models/cifar10-resnet20/infer"} {
		for _, kind := range []string{"application/json", "application/octet-stream", "image/png", "multipart/form-data; boundary=x"} {
			for what, c := range map[string]struct {
				body   []byte
				header []string
				least  int
			}{
				"a large body":  {make([]byte, 1<<20+1), nil, 400},
				"a long header": {[]byte("x"), []string{"X-Long", long}, http.StatusRequestHeaderFieldsTooLarge},
				"a deep body":   {deep, nil, 400},
			} {
				response, body, err := try(t, s.trust(), s.url+path, c.body, append(c.header, "Content-Type", kind)...)
				if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
					continue // it was refused unread, and the answer was lost while the rest was sent
				}
				if err != nil {
					t.Fatal(err)
				}
				if response.StatusCode < c.least || response.StatusCode >= 500 {
					t.Errorf("%s to %s as %s: %d %.200s", what, path, kind, response.StatusCode, body)
				}
			}
		}
	}
	if err, _ := s.call(t, s.trust(), "x-long", long); status.Code(err) == codes.OK {
		t.Error("long metadata is taken over gRPC")
	}
	if err, live := s.call(t, s.trust()); err != nil || live != nil {
		t.Errorf("afterwards: %v, %v", err, live)
	}
}
