package serving_test

import (
	"testing"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

func TestLabelsOfOutputs(t *testing.T) {
	one := signature(domain.Dynamic)
	two := signature(domain.Dynamic)
	two.Inputs = append(two.Inputs, domain.TensorSpec{Name: "mask", Datatype: domain.FP32, Shape: two.Inputs[0].Shape})
	two.Outputs = append(two.Outputs, domain.TensorSpec{Name: "hidden", Datatype: domain.FP32, Shape: two.Outputs[0].Shape})
	own := signature(domain.Dynamic)
	own.Inputs, own.Outputs[0].Labels = two.Inputs, domain.Labels{"own", "a", "b"}
	for _, test := range []struct {
		name      string
		signature domain.Signature
		labels    domain.Labels
		output    int
		want      string // the first label
	}{
		{"a classifier", one, labels, 0, "ant"},
		{"a classifier without labels", one, nil, 0, ""},
		{"two inputs", two, labels, 0, "ant"},
		{"another output", two, labels, 1, ""},
		{"as many labels as something else", two, labels[:2], 0, ""},
		{"the model's own", own, nil, 0, "own"},
		{"others than the model's own", own, labels, 0, "ant"},
	} {
		model := serving.NewModel(predictortest.NewFake(test.signature), serving.Options{})
		defer model.Close()
		served := &serving.Served{Model: model, Card: serving.Card{Labels: test.labels}}
		if c, err := serving.NewClassifier(model, served.Card, serving.Options{}); err == nil {
			served.Classifier, served.Card = c, c.Card()
		}
		got := ""
		if found := served.Labels(test.signature.Outputs[test.output]); len(found) > 0 {
			got = found[0]
		}
		if got != test.want {
			t.Errorf("%s: the first label is %q, expected %q", test.name, got, test.want)
		}
	}
}
