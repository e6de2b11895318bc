package worker

import (
	"fmt"
	"sync"
	"time"
)

// session is a peer's state.
type session struct {
	config  Config
	engine  Engine
	samples []float32
	bound   map[int][]Predict // by batch, one a caller
}

func newSession(config Config, open func(Config) (Engine, error)) (s *session, err error) {
	defer recovered(&err)
	samples, err := ReadFloats(config.Samples)
	if err != nil {
		return nil, err
	}
	engine, err := open(config)
	if err != nil {
		return nil, err
	}
	return &session{config, engine, samples, make(map[int][]Predict)}, nil
}

func (s *session) answer(r Request) (reply Reply, err error) {
	defer recovered(&err)
	callers, err := s.bind(r.Batch)
	if err != nil {
		return Reply{}, err
	}
	if r.Output == "" {
		return measure(callers, r)
	}
	result, err := callers[0]()
	if err != nil {
		return Reply{}, err
	}
	return Reply{Version: s.engine.Version()}, WriteFloats(r.Output, result)
}

// bind returns what predicts a batch, one for each caller.
func (s *session) bind(batch int) ([]Predict, error) {
	if callers, ok := s.bound[batch]; ok {
		return callers, nil
	}
	shape := append([]int{batch}, s.config.InputShape...)
	n := 1
	for _, length := range shape {
		n *= length
	}
	if batch < 1 || n > len(s.samples) {
		return nil, fmt.Errorf("a batch of %d samples has %d values, expected 1 to %d", batch, n, len(s.samples))
	}
	callers := make([]Predict, max(1, s.config.Callers))
	for i := range callers {
		predict, err := s.engine.Bind(s.samples[:n:n], shape)
		if err != nil {
			return nil, err
		}
		callers[i] = predict
	}
	s.bound[batch] = callers
	return callers, nil
}

// turn is what one caller did.
type turn struct {
	latencies []float64
	rate      float64 // predictions a second
	err       error
}

// measure has every caller predict for the time asked for.
func measure(callers []Predict, r Request) (Reply, error) {
	turns := make([]turn, len(callers))
	var running sync.WaitGroup
	end := time.Now().Add(time.Duration(r.Seconds * float64(time.Second)))
	for i, predict := range callers[1:] {
		running.Go(func() { turns[i+1] = repeat(predict, end) })
	}
	turns[0] = repeat(callers[0], end)
	running.Wait()
	var reply Reply
	for _, t := range turns {
		if t.err != nil {
			return Reply{}, t.err
		}
		reply.Latencies = append(reply.Latencies, t.latencies...)
		reply.Rate += t.rate * float64(r.Batch)
	}
	return reply, nil
}

// repeat predicts until the end, at least once.
func repeat(predict Predict, end time.Time) (t turn) {
	defer recovered(&t.err)
	start := time.Now()
	for now := start; len(t.latencies) == 0 || now.Before(end); {
		if _, t.err = predict(); t.err != nil {
			return t
		}
		done := time.Now()
		t.latencies = append(t.latencies, done.Sub(now).Seconds())
		now = done
	}
	t.rate = float64(len(t.latencies)) / time.Since(start).Seconds()
	return t
}
