package domain_test

import (
	"fmt"

	"github.com/portent-go/portent/domain"
)

func ExampleNewTensor() {
	picture, err := domain.NewTensor(domain.Shape{1, 1, 2, 2}, []float32{0, 0.25, 0.5, 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	values, _ := domain.Data[float32](picture)
	fmt.Println(picture.Datatype(), picture.Shape(), values)
	// Output: FP32 [1,1,2,2] [0 0.25 0.5 1]
}

func ExampleNewPrediction() {
	prediction, err := domain.NewPrediction([]float32{0, 2, 1}, domain.Logits, domain.Labels{"cat", "dog", "ship"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, ranked := range prediction.Top(2) {
		fmt.Printf("%s %.2f\n", ranked.Label, ranked.Probability)
	}
	// Output:
	// dog 0.67
	// ship 0.24
}
