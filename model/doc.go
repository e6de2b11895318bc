// Package model reads a model's folder, in the layout in which people already
// hand models over, and carries the model that ships inside the binary.
//
//	model.onnx                  the network (onnx/model.onnx is found too)
//	config.json                 Hugging Face's: id2label names the classes
//	preprocessor_config.json    Hugging Face's: how a picture becomes a tensor
//	test_data_set_0/            ONNX's: input_0.pb ..., output_0.pb ...
//	samples/                    pictures to try
//
// Only the network must be there. What the files say is checked: a label that is
// missing, a key whose meaning is not known here, or half a test vector is an
// error, as a model prepared in another way than it was trained answers wrongly
// without a word.
//
//	folder, err := model.OpenPath("my-model")
//	predictor, err := onnxgo.Open(folder.ONNX, onnxgo.Options{External: folder.FS})
//	classifier, err := serving.NewClassifier(predictor, folder.Card, serving.Options{Vectors: folder.Vectors})
//	results, err := classifier.Model().Verify(ctx) // with test vectors it predicts only after that
//
// It must not know of engines or transports.
package model
