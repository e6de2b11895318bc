package serving_test

import (
	"context"
	"fmt"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// Any Predictor will do; this one only pretends.
func ExampleClassifier() {
	predictor := predictortest.NewFake(domain.Signature{
		Inputs:  []domain.TensorSpec{{Name: "measurements", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 4}}},
		Outputs: []domain.TensorSpec{{Name: "logits", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 3}}},
	})
	classifier, err := serving.NewClassifier(predictor, serving.Card{Name: "iris", Labels: domain.Labels{"setosa", "versicolor", "virginica"}}, serving.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	flower, err := domain.NewTensor(domain.Shape{4}, []float32{5.1, 3.5, 1.4, 0.2})
	if err != nil {
		fmt.Println(err)
		return
	}
	prediction, err := classifier.ClassifyTensor(context.Background(), flower)
	fmt.Println(prediction.Label, err)
	// Output: virginica <nil>
}

// irises is a loader of one model in two versions, which only pretend.
type irises struct{}

func (irises) Scan(context.Context) (map[string][]string, error) {
	return map[string][]string{"iris": {"1", "2"}}, nil
}

func (irises) Load(_ context.Context, name, version string) (*serving.Served, error) {
	return &serving.Served{Name: name, Version: version, Model: serving.NewModel(predictortest.NewFake(), serving.Options{})}, nil
}

func ExampleRepository() {
	repository := serving.NewRepository(irises{})
	defer func() {
		if err := repository.Close(); err != nil {
			fmt.Println(err)
		}
	}()
	if err := repository.Load(context.Background(), "iris"); err != nil {
		fmt.Println(err)
		return
	}
	served, release, err := repository.Acquire("iris", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer release()
	fmt.Println(served.Name, served.Version, repository.Versions("iris"))
	// Output: iris 2 [1 2]
}
