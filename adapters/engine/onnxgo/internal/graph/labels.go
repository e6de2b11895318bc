package graph

import (
	"slices"
	"strconv"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// labelsOf returns the names of the classes that an output's columns are scores of,
// where the model itself says so, as classifiers of ai.onnx.ml do.
func labelsOf(makers map[string]operator.Node, output string) domain.Labels {
	for {
		maker := makers[output]
		switch {
		case maker.OpType == "ZipMap":
			return classLabels(maker)
		case slices.Contains(classifiers, maker.OpType) && len(maker.Outputs) > 1 && maker.Outputs[1] == output:
			return classLabels(maker)
		case slices.Contains(passThrough, maker.OpType), maker.OpType == "Normalizer":
			output = maker.Inputs[0]
		default:
			return nil
		}
	}
}

// classLabels reads the labels, which are texts or numbers.
func classLabels(n operator.Node) domain.Labels {
	if texts := attributeOf(n, "classlabels_strings").Texts; len(texts) > 0 {
		return slices.Clone(texts)
	}
	var labels domain.Labels
	for _, name := range []string{"classlabels_ints", "classlabels_int64s"} {
		for _, number := range attributeOf(n, name).Ints {
			labels = append(labels, strconv.FormatInt(number, 10))
		}
	}
	return labels
}
