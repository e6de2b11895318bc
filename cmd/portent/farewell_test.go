package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// TestNoRequestIsLostAtTheEnd has clients ask on connections that are kept, one
// request after the other, while the server is told to end. Each request is
// answered, the last one with the wish to close the connection.
func TestNoRequestIsLostAtTheEnd(t *testing.T) {
	s := serveModel(t, "--grpc-addr", "off")
	var answers atomic.Int64
	var asking sync.WaitGroup
	for range 16 {
		asking.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for {
				asked, err := askedToClose(client, s.url+"/v2/models/cifar10-resnet20/infer")
				if err != nil {
					t.Error(err)
				}
				if asked || err != nil {
					return
				}
				if answers.Add(1) == 100 {
					s.stop()
				}
			}
		})
	}
	asking.Wait()
	if err := <-s.done; err != nil {
		t.Error(err)
	}
}

// askedToClose posts what the model refuses, and returns whether the answer asks to
// close the connection.
func askedToClose(client *http.Client, url string) (bool, error) {
	response, err := client.Post(url, "application/json", strings.NewReader(`{"inputs":[]}`))
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return false, err
	}
	if response.StatusCode != http.StatusBadRequest {
		return false, fmt.Errorf("status %d", response.StatusCode)
	}
	return response.Close, nil
}
