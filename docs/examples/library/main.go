// Library predicts in the process itself, without a server.
//
// Usage: go run ./docs/examples/library PICTURE...
// MODEL names a folder; without it, the model that comes with Portent answers.
package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/model"
)

// open makes a classifier of a model's folder, checked against its test vectors.
func open() (*serving.Classifier, error) {
	folder, err := model.Embedded()
	if name := os.Getenv("MODEL"); name != "" {
		folder, err = model.OpenPath(name)
	}
	if err != nil {
		return nil, err
	}
	predictor, err := onnxgo.Open(folder.ONNX, onnxgo.Options{External: folder.FS})
	if err != nil {
		return nil, err
	}
	classifier, err := serving.NewClassifier(predictor, folder.Card, serving.Options{Vectors: folder.Vectors})
	if err != nil {
		return nil, err
	}
	_, err = classifier.Model().Verify(context.Background())
	return classifier, err
}

func classify(classifier *serving.Classifier, path string) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	picture, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return err
	}
	prediction, err := classifier.Classify(context.Background(), picture)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %s, %.1f%%\n", path, prediction.Label, 100*prediction.Probability)
	return nil
}

func main() {
	classifier, err := open()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := 0
	for _, path := range os.Args[1:] {
		if err := classify(classifier, path); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			status = 1
		}
	}
	os.Exit(status)
}
