// Package vision turns a picture into the tensor that a model was trained on:
// resized, cropped, rescaled and normalised exactly as Pillow and Hugging Face's
// image processors do it, so that a served model sees what it saw in training.
//
//	p := vision.Preprocessor{Resize: vision.Exactly(32, 32), Resample: vision.Bilinear, Rescale: 1.0 / 255}
//	tensor, err := p.Tensor(picture) // FP32 [1,3,32,32]
//
// It must not know of picture files, configuration files or models.
package vision
