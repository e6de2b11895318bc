package openinference_test

import (
	"context"
	"net"
	"reflect"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/portent-go/portent/adapters/engine/openinference"
	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
)

// TestADyingEndpointFailsOver stops one of two servers in the middle of work, with
// calls under way: each is answered, and rightly.
func TestADyingEndpointFailsOver(t *testing.T) {
	dying, living := newPeer(), newPeer()
	first, kill := dying.serve(t)
	second, _ := living.serve(t)
	begun := make(chan struct{}, 100)
	dying.infer = func(ctx context.Context, _ *inferencepb.ModelInferRequest) (*answer, error) {
		begun <- struct{}{}
		<-ctx.Done() // until it is killed
		return nil, ctx.Err()
	}
	engine := open(t, openinference.Options{Endpoints: []string{"grpc://" + first, "grpc://" + second}})
	want, err := living.fake.Predict(t.Context(), row(t))
	if err != nil {
		t.Fatal(err)
	}
	var callers sync.WaitGroup
	check := func() {
		outputs, err := engine.Predict(t.Context(), row(t))
		if err != nil || !reflect.DeepEqual(outputs, want) {
			t.Errorf("%v %v", outputs, err)
		}
	}
	for range 8 {
		callers.Go(check)
	}
	<-begun
	kill()
	callers.Wait()
	for range 20 {
		check()
	}
}

// TestABlackHoleTripsTheBreaker takes requests and never answers them.
func TestABlackHoleTripsTheBreaker(t *testing.T) {
	hole := newPeer()
	hole.infer = func(ctx context.Context, _ *inferencepb.ModelInferRequest) (*answer, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	address, _ := hole.serve(t)
	engine := open(t, openinference.Options{Endpoints: []string{"grpc://" + address}, Timeout: 5 * time.Millisecond, Retries: -1})
	for range 5 {
		if _, err := engine.Predict(t.Context(), row(t)); domain.KindOf(err) != domain.Timeout {
			t.Errorf("%v", err)
		}
	}
	for range 5 {
		if _, err := engine.Predict(t.Context(), row(t)); domain.KindOf(err) != domain.Unavailable {
			t.Errorf("%v", err)
		}
	}
	if calls := hole.calls.Load(); calls > 5 { // one that was given up may not have arrived
		t.Errorf("%d requests", calls)
	}
}

// waiting is a server that waits for the end of its callers, and tells whether they
// have a deadline.
func waiting() (p *peer, begun chan bool, ended chan struct{}) {
	p, begun, ended = newPeer(), make(chan bool, 10), make(chan struct{}, 10)
	p.infer = func(ctx context.Context, _ *inferencepb.ModelInferRequest) (*answer, error) {
		_, limited := ctx.Deadline()
		begun <- limited
		<-ctx.Done()
		ended <- struct{}{}
		return nil, ctx.Err()
	}
	return p, begun, ended
}

func TestDeadlinesAreKept(t *testing.T) {
	p, _, _ := waiting()
	address, _ := p.serve(t)
	engine := open(t, openinference.Options{Endpoints: []string{"grpc://" + address}})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := engine.Predict(ctx, row(t)); domain.KindOf(err) != domain.Timeout {
		t.Errorf("%v", err)
	}
}

func TestCallersReachTheServer(t *testing.T) {
	p, begun, ended := waiting()
	address, _ := p.serve(t)
	engine := open(t, openinference.Options{Endpoints: []string{"grpc://" + address}, Timeout: -1})
	limited, stop := context.WithTimeout(t.Context(), time.Hour)
	defer stop()
	for want, parent := range map[bool]context.Context{false: t.Context(), true: limited} {
		ctx, leave := context.WithCancel(parent)
		go func() {
			if got := <-begun; got != want {
				t.Errorf("the server has a deadline: %v, the caller: %v", got, want)
			}
			leave()
		}()
		if _, err := engine.Predict(ctx, row(t)); domain.KindOf(err) != domain.Canceled {
			t.Errorf("%v", err)
		}
		<-ended
	}
}

func TestSoManyAtOnceAndNoMore(t *testing.T) {
	p := newPeer()
	begun, release := make(chan struct{}, 10), make(chan struct{})
	p.infer = func(ctx context.Context, r *inferencepb.ModelInferRequest) (*answer, error) {
		begun <- struct{}{}
		<-release
		return p.compute(ctx, r)
	}
	address, _ := p.serve(t)
	engine := open(t, openinference.Options{Endpoints: []string{"grpc://" + address}, MaxInFlight: 1})
	first := make(chan error)
	go func() {
		_, err := engine.Predict(t.Context(), row(t))
		first <- err
	}()
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	if _, err := engine.Predict(ctx, row(t)); domain.KindOf(err) != domain.Timeout || p.calls.Load() != 1 {
		t.Errorf("%v, with %d under way", err, p.calls.Load())
	}
	close(release)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if _, err := engine.Predict(t.Context(), row(t)); err != nil {
		t.Error(err)
	}
}

// TestHealthIsLookedAt makes a server say that it is not ready.
func TestHealthIsLookedAt(t *testing.T) {
	leaving, staying := newPeer(), newPeer()
	leaving.looks = make(chan struct{})
	first, _ := leaving.serve(t)
	second, _ := staying.serve(t)
	engine := open(t, openinference.Options{Endpoints: []string{"grpc://" + first, "grpc://" + second}, HealthInterval: time.Millisecond})
	look := func() {
		<-leaving.looks // one is under way,
		<-leaving.looks // and that one is over
	}
	ask := func() (calls int64) {
		before := leaving.calls.Load()
		for range 40 {
			if _, err := engine.Predict(t.Context(), row(t)); err != nil {
				t.Error(err)
			}
		}
		return leaving.calls.Load() - before
	}
	look()
	if ask() == 0 {
		t.Error("a server that is ready is not asked")
	}
	leaving.notReady.Store(true)
	look()
	look()
	if calls := ask(); calls != 0 {
		t.Errorf("a server that is not ready is asked %d times of 40", calls)
	}
	leaving.notReady.Store(false)
	look()
	look()
	if ask() == 0 {
		t.Error("a server that is ready again is not asked")
	}
}

// TestAnEndpointMayComeLater opens with one of three servers. Of the others one
// serves the same model, and the other another.
func TestAnEndpointMayComeLater(t *testing.T) {
	early, late, stranger := newPeer(), newPeer(), newPeer()
	stranger.signature.Outputs[0].Shape = domain.Shape{-1, 4}
	address, stop := early.serve(t)
	first, second := reserve(t), reserve(t)
	engine := open(t, openinference.Options{Endpoints: []string{"grpc://" + address, "grpc://" + first, "grpc://" + second}, Retries: 9})
	late.serveAt(t, first)
	stranger.serveAt(t, second)
	stop()
	for range 10 {
		if _, err := engine.Predict(t.Context(), row(t)); err != nil {
			t.Fatal(err)
		}
	}
	if late.calls.Load() != 10 || stranger.calls.Load() != 0 {
		t.Errorf("%d calls of the late one, %d of the stranger", late.calls.Load(), stranger.calls.Load())
	}
}

// reserve returns an address at which nobody listens.
func reserve(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return address
}

func (p *peer) serveAt(t *testing.T, address string) {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	inferencepb.RegisterGRPCInferenceServiceServer(server, p)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
}
