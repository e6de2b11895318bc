package nets

import (
	"math"

	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
)

// linearGain is the gain of a layer that no ReLU follows: half the variance that
// He's rule gives, as nothing is cut off.
var linearGain = math.Sqrt(0.5)

// branchGain is that of a residual branch's last layer. It is small so that the
// sums of many blocks stay of order 1.
const branchGain = 0.25

// convolution is a Conv over square windows.
type convolution struct {
	out, kernel, stride, pad, groups int
	gain                             float64
}

// square returns a convolution that, at stride 1, keeps the plane's size.
func square(out, kernel, stride int) convolution {
	return convolution{out: out, kernel: kernel, stride: stride, pad: kernel / 2, groups: 1, gain: 1}
}

// depthwise returns a 3x3 convolution of each channel alone.
func depthwise(channels, stride int) convolution {
	c := square(channels, 3, stride)
	c.groups = channels
	return c
}

func (c convolution) withGain(gain float64) convolution {
	c.gain = gain
	return c
}

func (b *builder) conv(x value, c convolution) value {
	in := x.shape[0] / c.groups
	fanIn := in * c.kernel * c.kernel
	inputs := []string{x.name, b.weights(c.gain, fanIn, c.out, in, c.kernel, c.kernel), b.bias(c.out)}
	shape := []int{c.out, window(x.shape[1], c.kernel, c.stride, c.pad, false), window(x.shape[2], c.kernel, c.stride, c.pad, false)}
	b.multiplyAdds += int64(fanIn) * int64(shape[0]*shape[1]*shape[2])
	return b.node("Conv", inputs, shape,
		onnxtest.Ints("dilations", 1, 1), onnxtest.Int("group", int64(c.groups)), ints("kernel_shape", c.kernel, 2),
		ints("pads", c.pad, 4), ints("strides", c.stride, 2))
}

func (b *builder) relu(x value) value { return b.node("Relu", []string{x.name}, x.shape) }

// relu6 is PyTorch's ReLU6, which is exported as a Clip with constant bounds.
func (b *builder) relu6(x value) value {
	if !b.bounded {
		b.constant("zero", []float32{0})
		b.constant("six", []float32{6})
		b.bounded = true
	}
	return b.node("Clip", []string{x.name, "zero", "six"}, x.shape)
}

func (b *builder) add(x, y value) value { return b.node("Add", []string{x.name, y.name}, x.shape) }

// concat joins channels.
func (b *builder) concat(x, y value) value {
	shape := []int{x.shape[0] + y.shape[0], x.shape[1], x.shape[2]}
	return b.node("Concat", []string{x.name, y.name}, shape, onnxtest.Int("axis", 1))
}

// maxPool covers the plane's last pixels too if ceil is set, as PyTorch's
// ceil_mode does.
func (b *builder) maxPool(x value, kernel, stride, pad int, ceil bool) value {
	shape := []int{x.shape[0], window(x.shape[1], kernel, stride, pad, ceil), window(x.shape[2], kernel, stride, pad, ceil)}
	mode := int64(0)
	if ceil {
		mode = 1
	}
	return b.node("MaxPool", []string{x.name}, shape, onnxtest.Int("ceil_mode", mode), ints("kernel_shape", kernel, 2), ints("pads", pad, 4), ints("strides", stride, 2))
}

// averageOfOne is the AveragePool over single pixels that PyTorch exports for an
// adaptive pooling to the size that is there already.
func (b *builder) averageOfOne(x value) value {
	return b.node("AveragePool", []string{x.name}, x.shape, ints("kernel_shape", 1, 2), ints("strides", 1, 2))
}

// pooled averages each plane and drops the plane's axes.
func (b *builder) pooled(x value) value {
	x = b.node("GlobalAveragePool", []string{x.name}, []int{x.shape[0], 1, 1})
	return b.flatten(x)
}

func (b *builder) flatten(x value) value {
	n := 1
	for _, length := range x.shape {
		n *= length
	}
	return b.node("Flatten", []string{x.name}, []int{n}, onnxtest.Int("axis", 1))
}

// linear is a fully connected layer.
func (b *builder) linear(x value, out int, gain float64) value {
	in := x.shape[0]
	b.multiplyAdds += int64(in) * int64(out)
	inputs := []string{x.name, b.weights(gain, in, out, in), b.bias(out)}
	return b.node("Gemm", inputs, []int{out}, onnxtest.Float("alpha", 1), onnxtest.Float("beta", 1), onnxtest.Int("transB", 1))
}

// window returns how many windows fit along an axis.
func window(length, kernel, stride, pad int, ceil bool) int {
	span := length + 2*pad - kernel
	if ceil {
		span += stride - 1
	}
	return span/stride + 1
}

// ints returns an attribute of the same number n times.
func ints(name string, v, n int) onnxtest.Attribute {
	values := make([]int64, n)
	for i := range values {
		values[i] = int64(v)
	}
	return onnxtest.Ints(name, values...)
}
