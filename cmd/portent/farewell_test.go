package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
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

// TestBusyClientsAreWaitedFor has clients that ask on their connections now and then:
// those that do are waited for until they are told, and nobody else is.
func TestBusyClientsAreWaitedFor(t *testing.T) {
	const pause = longestSilence * 4 / 5
	for name, test := range map[string]struct {
		kept  int           // connections
		asks  int           // each a pause after the one before, on a connection of its own that is closed then
		comes time.Duration // when a new connection comes, which asks nothing; 0: none
		limit time.Duration
		want  time.Duration
	}{
		"no connection":         {0, 0, 0, time.Minute, leastFarewell},
		"silent ones":           {2, 0, 0, time.Minute, longestSilence},
		"busy ones":             {3, 3, 0, time.Minute, 3 * pause},
		"busy and silent ones":  {4, 3, 0, time.Minute, 3*pause + longestSilence},
		"a new one":             {1, 1, pause / 2, time.Minute, pause + longestSilence},
		"more than time allows": {9, 9, 0, 4 * pause, 2 * pause},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &farewell{quiet: map[net.Conn]quietness{}, silence: longestSilence}
				for i := range test.kept {
					c, _ := net.Pipe()
					f.note(c, http.StateNew)
					f.note(c, http.StateIdle)
					if i < test.asks {
						time.AfterFunc(time.Duration(i+1)*pause, func() {
							f.note(c, http.StateActive)
							f.note(c, http.StateClosed)
						})
					}
				}
				if test.comes > 0 {
					time.AfterFunc(test.comes, func() {
						c, _ := net.Pipe()
						f.note(c, http.StateNew)
					})
				}
				ctx, cancel := context.WithTimeout(t.Context(), test.limit)
				defer cancel()
				start := time.Now()
				if err := f.say(ctx); err != nil {
					t.Error(err)
				}
				if took := time.Since(start); took < test.want || took > test.want+20*time.Millisecond {
					t.Errorf("it took %v, expected %v", took, test.want)
				}
			})
		})
	}
}

// TestWhoWasLetInIsAnswered sends the first request of a connection when the server ends,
// and takes no more connections. net/http drops what it reads while it shuts down.
func TestWhoWasLetInIsAnswered(t *testing.T) {
	over := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })}
	serve, shutdown := sayingFarewell(over, time.Minute)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address, served, ended := listener.Addr().String(), make(chan error, 1), make(chan error, 1)
	go func() { served <- serve(listener) }()
	early := connect(t, address)
	if err := askOnce(connect(t, address)); err != nil { // by now the server has let both in
		t.Fatal(err)
	}
	go func() { ended <- shutdown(context.Background()) }()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if err := askOnce(early); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// askOnce sends a request, and reads its answer.
func askOnce(c net.Conn) error {
	if _, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err
	}
	return response.Body.Close()
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
