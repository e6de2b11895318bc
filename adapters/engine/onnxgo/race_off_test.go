//go:build !race

package onnxgo_test

const raceEnabled = false
