package onnxtest

// Scores adds an output that is a sequence of maps from labels, which are texts
// or integers, to scores, as classifiers of scikit-learn have it.
func (m *Model) Scores(name string, texts bool) *Model {
	label := int64(7)
	if texts {
		label = 8
	}
	score := message(nil, 1, integer(nil, 1, 1))
	entry := message(integer(nil, 1, label), 2, score)
	sequence := message(nil, 1, message(nil, 5, entry))
	return m.Field(12, message(text(nil, 1, name), 2, message(nil, 4, sequence)))
}
