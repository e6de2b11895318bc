// Package vision turns a picture into the tensor that a model was trained on:
// resized, cropped, rescaled and normalised as Pillow (3 to 12) and Hugging
// Face's image processors do it, bit for bit from 8-bit RGB on, so that a served
// model sees what it saw in training.
//
//	p := vision.Preprocessor{Resize: vision.Exactly(32, 32), Resample: vision.Bilinear, Rescale: 1.0 / 255}
//	tensor, err := p.Tensor(picture) // FP32 [1,3,32,32]
//
// It must not know of picture files, configuration files or models.
package vision
