// Package serving holds the use cases: what a server does with a model, whoever
// asks and whatever engine runs it.
//
// Model makes a Predictor safe to serve: it checks inputs against the
// signature, bounds how many predictions run and wait at once, keeps deadlines,
// verifies the model against its own test vectors before it is ready, and
// drains. It is itself a Predictor.
//
// Classifier turns a picture or a tensor into a labelled prediction:
//
//	classifier, err := serving.NewClassifier(predictor, card, serving.Options{})
//	prediction, err := classifier.Classify(ctx, picture)
//
// It must not know of any transport, engine, file or log.
package serving
