// Package nets builds the networks and layers that are measured, as ONNX
// models: the graphs that torchvision's classifiers have when PyTorch exports
// them for inference, batch normalisation folded into the convolutions, with
// random weights that keep the activations of order 1.
package nets
