package service

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image/png"
	"math"
	"net/http"
	"os"
	"testing"
	"time"
)

// TestMain lets the test's own program be a server, whose port is in a variable.
func TestMain(m *testing.M) {
	if port := os.Getenv("SERVICE_TEST_PORT"); port != "" {
		http.HandleFunc("POST /predict", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"probabilities":[0.25,0.75]}`) })
		fmt.Fprintln(os.Stderr, http.ListenAndServe("127.0.0.1:"+port, nil))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func testServer(name string, bodies ...Body) Server {
	return Server{Name: name, Bodies: bodies, Binary: os.Args[0], Program: func(port string) []string {
		return []string{"env", "SERVICE_TEST_PORT=" + port, os.Args[0]}
	}}
}

func TestBodiesCarryTheSamePicture(t *testing.T) {
	text, picture, tensor, err := Bodies()
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct{ Input [][][]float32 }
	if err := json.Unmarshal(text.Data, &parsed); err != nil {
		t.Fatal(err)
	}
	if n := len(text.Data); n < 55_000 || n > 70_000 {
		t.Errorf("%d bytes of JSON, expected about 64 kB", n)
	}
	decoded, err := png.Decode(bytes.NewReader(picture.Data))
	if err != nil {
		t.Fatal(err)
	}
	if len(tensor.Data) != 4*channels*size*size {
		t.Fatalf("the tensor has %d bytes, expected %d", len(tensor.Data), 4*channels*size*size)
	}
	for i := range channels * size * size {
		c, y, x := i/(size*size), i/size%size, i%size
		number := math.Float32frombits(binary.LittleEndian.Uint32(tensor.Data[4*i:]))
		r, g, b, _ := decoded.At(x, y).RGBA()
		pixel := value(uint8([]uint32{r, g, b}[c] >> 8))
		if parsed.Input[c][y][x] != number || pixel != number {
			t.Fatalf("element %d is %v in JSON, %v in PNG, and %v as a tensor, expected one value", i, parsed.Input[c][y][x], pixel, number)
		}
	}
}

func TestMeasure(t *testing.T) {
	text, _, tensor, err := Bodies()
	if err != nil {
		t.Fatal(err)
	}
	broken := Server{Name: "broken", Bodies: []Body{text}, Program: func(string) []string { return []string{"false"} }}
	plan := Plan{Starts: 2, Rounds: 2, Turn: 50 * time.Millisecond, Connections: []int{1, 2}}
	results, err := plan.Measure(t.Context(), []Server{testServer(Reference, text), testServer("other", tensor), broken})
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 5 {
		t.Fatalf("%d results, expected 2 of each server that runs, and 1 of the one that does not", len(results))
	}
	for _, r := range results[:4] {
		if r.Failure != "" || r.Rate <= 0 || r.P50 <= 0 || r.P99 < r.P50 || r.Min > r.P50 || r.Errors != 0 || r.Memory == 0 || r.Start <= 0 || r.Binary == 0 {
			t.Errorf("%+v", r)
		}
		if r.RateRatio == nil || r.P50Ratio == nil || r.Difference == nil || *r.Difference != 0 {
			t.Errorf("not compared: %+v", r)
		}
	}
	if results[4].Failure == "" {
		t.Error("a program that ends at once counts as a server")
	}
}
