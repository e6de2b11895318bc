package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestSoftmaxAgainstONNXRuntime(t *testing.T) {
	checkGolden(t, []golden{
		{"flattens behind axis 1", "Softmax", 7, attrs(), shapes{{2, 2, 2}},
			domain.Shape{2, 2, 2}, []float32{0.064818539, 0.37300494, 0.083228655, 0.47894782, 0.1201182, 0.6912325, 0.15423483, 0.03441444}},
		{"flattens all", "Softmax", 12, attrs(whole("axis", 0)), shapes{{2, 1, 2}},
			domain.Shape{2, 1, 2}, []float32{0.064818539, 0.37300494, 0.083228655, 0.47894782}},
		{"flattens from the end", "Softmax", 11, attrs(whole("axis", -1)), shapes{{1, 2, 2}},
			domain.Shape{1, 2, 2}, []float32{0.14804719, 0.85195273, 0.14804719, 0.85195273}},
		{"along the last", "Softmax", 13, attrs(), shapes{{2, 2, 2}},
			domain.Shape{2, 2, 2}, []float32{0.14804719, 0.85195273, 0.14804719, 0.85195273, 0.14804719, 0.85195273, 0.81757444, 0.18242551}},
		{"along one", "Softmax", 13, attrs(whole("axis", 1)), shapes{{1, 3, 2}},
			domain.Shape{1, 3, 2}, []float32{0.25427523, 0.25427523, 0.32649586, 0.32649586, 0.41922897, 0.41922897}},
		{"along the first", "Softmax", 21, attrs(whole("axis", -3)), shapes{{2, 1, 2}},
			domain.Shape{2, 1, 2}, []float32{0.43782353, 0.43782353, 0.56217653, 0.56217653}},
		{"flattens behind axis 1", "LogSoftmax", 7, attrs(), shapes{{2, 2, 2}},
			domain.Shape{2, 2, 2}, []float32{-2.7361636, -0.98616368, -2.4861636, -0.73616368, -2.1192791, -0.36927906, -1.869279, -3.3692791}},
		{"flattens all", "LogSoftmax", 12, attrs(whole("axis", 0)), shapes{{2, 1, 2}},
			domain.Shape{2, 1, 2}, []float32{-2.7361636, -0.98616368, -2.4861636, -0.73616368}},
		{"flattens from the end", "LogSoftmax", 11, attrs(whole("axis", -1)), shapes{{1, 2, 2}},
			domain.Shape{1, 2, 2}, []float32{-1.9102242, -0.1602242, -1.9102242, -0.1602242}},
		{"along the last", "LogSoftmax", 13, attrs(), shapes{{2, 2, 2}},
			domain.Shape{2, 2, 2}, []float32{-1.9102242, -0.1602242, -1.9102242, -0.1602242, -1.9102242, -0.1602242, -0.20141333, -1.7014134}},
		{"along one", "LogSoftmax", 13, attrs(whole("axis", 1)), shapes{{1, 3, 2}},
			domain.Shape{1, 3, 2}, []float32{-1.369338, -1.369338, -1.119338, -1.119338, -0.86933804, -0.86933804}},
		{"along the first", "LogSoftmax", 21, attrs(whole("axis", -3)), shapes{{2, 1, 2}},
			domain.Shape{2, 1, 2}, []float32{-0.82593942, -0.82593942, -0.57593942, -0.57593942}},
	})
}

func TestSoftmaxOfAnEmptyBatch(t *testing.T) {
	nothing := tensorOf[float32](domain.Shape{0, 3})
	checkExamples(t, []example{
		{"along classes", "Softmax", 13, nil, tensors(nothing), nothing},
		{"along the batch", "Softmax", 13, attrs(whole("axis", 0)), tensors(nothing), nothing},
		{"flattened", "LogSoftmax", 11, nil, tensors(nothing), nothing},
	})
}
