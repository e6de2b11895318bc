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
// Repository holds many models in versions, which are loaded, replaced and
// unloaded while requests are answered. A request leases what it asks:
//
//	served, release, err := repository.Acquire(name, version)
//	defer release()
//	outputs, err := served.Model.Predict(ctx, inputs)
//
// Batcher joins requests that come at the same time. It goes between a Model and
// an engine whose calls cost much beside their rows:
//
//	batcher := serving.NewBatcher(predictor, serving.BatcherOptions{MaxBatch: 16})
//	model := serving.NewModel(batcher, serving.Options{Concurrency: 16})
//
// It must not know of any transport, engine, file or log.
package serving
