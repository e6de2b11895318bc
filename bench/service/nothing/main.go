// Command nothing is Portent's HTTP server around an engine that does nothing:
// what is left is the cost of HTTP, decoding and encoding.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/model"
)

func main() {
	addr := flag.String("addr", ":8000", "address to listen on")
	flag.Parse()
	log.Fatal(serve(*addr))
}

// serve serves the model inside the binary, with nothing where its network was.
func serve(addr string) error {
	folder, err := model.Embedded()
	if err != nil {
		return err
	}
	classifier, err := serving.NewClassifier(nothing{}, folder.Card, serving.Options{})
	if err != nil {
		return err
	}
	handler, err := httpapi.New(classifier, httpapi.Options{})
	if err != nil {
		return err
	}
	server := httpapi.NewServer(handler, nil)
	server.Addr = addr
	return server.ListenAndServe()
}

// nothing has the signature of the model inside the binary, and answers zeros.
type nothing struct{}

func (nothing) Signature() domain.Signature {
	return domain.Signature{
		Inputs:  []domain.TensorSpec{{Name: "pixel_values", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 3, 32, 32}}},
		Outputs: []domain.TensorSpec{{Name: "logits", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 10}}},
	}
}

func (nothing) Metadata() domain.Metadata { return domain.Metadata{Engine: "nothing"} }

func (nothing) Predict(_ context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	output, err := domain.MakeTensor(domain.FP32, domain.Shape{inputs[0].Shape()[0], 10})
	return []domain.Tensor{output}, err
}

func (nothing) Close() error { return nil }
