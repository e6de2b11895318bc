package onnxgo_test

import (
	"context"
	"fmt"
	"os"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/adapters/format/picture"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/model"
)

// A model's folder, an engine, a classifier, a picture.
func Example() {
	folder, err := model.Embedded()
	exitOn(err)
	predictor, err := onnxgo.Open(folder.ONNX, onnxgo.Options{})
	exitOn(err)
	classifier, err := serving.NewClassifier(predictor, folder.Card, serving.Options{})
	exitOn(err)
	defer classifier.Model().Close()

	file, err := os.ReadFile("../../../model/samples/ship.png")
	exitOn(err)
	ship, err := picture.Decode(file, picture.Limits{})
	exitOn(err)
	prediction, err := classifier.Classify(context.Background(), ship)
	exitOn(err)
	fmt.Printf("%s, %.1f %%\n", prediction.Label, 100*prediction.Probability)
	// Output: ship, 97.4 %
}

func exitOn(err error) {
	if err != nil {
		panic(err)
	}
}
