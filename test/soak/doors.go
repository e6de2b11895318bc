//go:build linux

package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"slices"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/model"
)

// doors are valid requests through every way into the server, with the right
// answers: those of a server that had nothing else to do.
type doors struct {
	http    []*httpAsk
	grpc    []*grpcAsk
	hurried *httpAsk // whose client waits less than an overloaded server takes
	large   *httpAsk // whose answer is large
	form    *httpAsk // whose body is large
	modelID string   // what the server says of its model
}

// reference returns the requests with the answers of a quiet server of an
// instruction set; empty is the fastest.
func (s *soak) reference(ctx context.Context, t *tally, isa string) (*doors, error) {
	if d := s.quiet[isa]; d != nil {
		return d, nil
	}
	d, logits, err := newDoors()
	if err != nil {
		return nil, err
	}
	p, err := s.start(ctx, t, launch{args: isaFlag(isa)})
	if err != nil {
		return nil, err
	}
	defer p.stop()
	if err := d.learn(ctx, p, logits); err != nil {
		return nil, err
	}
	s.quiet[isa] = d
	return d, nil
}

func isaFlag(isa string) []string {
	if isa == "" {
		return nil
	}
	return []string{"--isa", isa}
}

// shownPictures is how many of the ten sample pictures are sent.
const shownPictures = 4

// newDoors returns requests without answers, and PyTorch's logits for the pictures.
func newDoors() (*doors, []float32, error) {
	folder, err := model.Embedded()
	if err != nil {
		return nil, nil, err
	}
	vector := folder.Vectors[1] // the samples
	values, isFloat := domain.Data[float32](vector.Inputs[0])
	logits, _ := domain.Data[float32](vector.Outputs[0])
	files, err := fs.Glob(folder.FS, "samples/*.png")
	if err != nil || len(files) < shownPictures || !isFloat {
		return nil, nil, fmt.Errorf("the model's samples are not what they were: %d, %w", len(files), err)
	}
	d := new(doors)
	for i := range shownPictures {
		picture, err := fs.ReadFile(folder.FS, files[i])
		if err != nil {
			return nil, nil, err
		}
		row := values[i*elements : (i+1)*elements]
		d.http = append(d.http, httpDoors(picture, row)...)
		d.grpc = append(d.grpc, grpcDoors(row)...)
	}
	batch := make([][]float32, 8)
	for i := range batch {
		batch[i] = values[i%10*elements : (i%10+1)*elements]
	}
	d.http = append(d.http, newHTTPAsk("batch", "POST", "/predict/batch", typeJSON, marshal(map[string]any{"inputs": batch})))
	picture, err := fs.ReadFile(folder.FS, files[0])
	if err != nil {
		return nil, nil, err
	}
	d.hurried = newHTTPAsk("hurried", "POST", "/predict", "image/png", picture, "X-Request-Timeout: 0.25")
	d.large = largeAnswer(picture)
	d.form = largeForm(picture)
	return d, logits, nil
}

// learn asks a quiet server for the answers and sees that they make sense: that all
// doors agree in every bit, and that the numbers are PyTorch's within the tolerance
// of the self-test.
func (d *doors) learn(ctx context.Context, p *server, logits []float32) error {
	line, err := dial(p.http)
	if err != nil {
		return err
	}
	defer line.close()
	for _, a := range append(slices.Clone(d.http), d.hurried, d.large, d.form) {
		answer, err := line.ask(a.raw)
		if err != nil || answer.status != 200 {
			return fmt.Errorf("a quiet server does not answer %s: %w, %v", a.name, err, answer)
		}
		a.want = answer.body
	}
	lines, err := newGRPCLines(p, 1)
	if err != nil {
		return err
	}
	defer lines.close()
	for _, a := range d.grpc {
		answer, err := lines.clients[0].ModelInfer(ctx, a.request)
		if err != nil {
			return fmt.Errorf("a quiet server does not answer %s: %w", a.name, err)
		}
		a.want = rawOf(answer)
	}
	about, err := line.ask(newHTTPAsk("model", "GET", "/v2/models/"+modelName, "", nil).raw)
	if err != nil {
		return err
	}
	d.modelID = string(about.body)
	return d.agree(logits)
}

func marshal(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // of what is written here
	}
	return data
}

func littleEndian(values []float32) []byte {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return raw
}

func floats(raw []byte) []float32 {
	values := make([]float32, len(raw)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return values
}
