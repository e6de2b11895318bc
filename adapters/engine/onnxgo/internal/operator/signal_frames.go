package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// stft is the Fourier transform of frames of signals [B,L,1], or [B,L,2] if they
// are complex, each multiplied by a window.
type stft struct{ onesided bool }

func parseSTFT(node Node) (Operator, error) {
	a := attributesOf(node)
	return stft{a.bool("onesided", true)}, a.done()
}

// frames is how a signal is cut.
type frames struct{ count, length, step, bins int }

func (s stft) frames(inputs []Value) (f frames, err error) {
	x, err := realOperand(inputs, 0, "signal")
	if err != nil {
		return f, err
	}
	if len(x.Shape) != 3 || x.Shape[2] != 1 && x.Shape[2] != 2 {
		return f, misshapen("signal", x.Shape, "[B,L,1], or [B,L,2] for complex numbers")
	}
	if s.onesided && x.Shape[2] == 2 {
		return f, misshapen("signal", x.Shape, "[B,L,1], real numbers, for a onesided transform")
	}
	if f.step, err = lengthInput(inputs, 1, "frame_step"); err != nil {
		return f, err
	}
	if f.length, err = frameLength(inputs, x); err != nil {
		return f, err
	}
	if f.step < 1 || f.length < 1 || f.length > x.Shape[1] {
		return f, domain.Errorf(domain.Invalid, "frames of %d in steps of %d do not fit a signal of %d", f.length, f.step, x.Shape[1])
	}
	f.count, f.bins = (x.Shape[1]-f.length)/f.step+1, f.length
	if s.onesided {
		f.bins = f.length/2 + 1
	}
	return f, nil
}

// frameLength returns what is given as such, else the window's length, else the
// signal's.
func frameLength(inputs []Value, x Value) (int, error) {
	length := x.Shape[1]
	window, windowed := optional(inputs, 2)
	if windowed {
		if window.Datatype != x.Datatype {
			return 0, wrongDatatype("window", window.Datatype, "that of the signal, "+x.Datatype.String()+",")
		}
		if len(window.Shape) != 1 {
			return 0, misshapen("window", window.Shape, "[frame_length]")
		}
		length = window.Shape[0]
	}
	if _, given := optional(inputs, 3); !given {
		return length, nil
	}
	given, err := lengthInput(inputs, 3, "frame_length")
	if err == nil && windowed && given != length {
		err = misshapen("window", window.Shape, domain.Shape{given}.String()+" as frame_length says")
	}
	return given, err
}

// Infer returns [B, frames, bins, 2].
func (s stft) Infer(inputs []Value) ([]Value, error) {
	f, err := s.frames(inputs)
	if err != nil {
		return nil, err
	}
	return like(inputs[0], domain.Shape{inputs[0].Shape[0], f.count, f.bins, 2})
}

// Compile prepares the transform.
func (s stft) Compile(inputs, _ []Value) (Run, error) {
	f, err := s.frames(inputs)
	if err != nil {
		return nil, err
	}
	if err := fitsScratch(f.length, 16); err != nil {
		return nil, err
	}
	if inputs[0].Datatype == domain.FP64 {
		return transformFrames[float64](f, inputs[0].Shape), nil
	}
	return transformFrames[float32](f, inputs[0].Shape), nil
}

func transformFrames[T realNumber](f frames, shape domain.Shape) Run {
	fourier, numbers, result := kernels.NewFourier(f.length), make([]complex128, f.length), make([]complex128, f.length)
	batch, length, width := shape[0], shape[1], shape[2]
	signal := kernels.Signal{From: f.length, To: f.bins, Stride: 1, Complex: width == 2, ComplexOut: true}
	return func(in, out []domain.Tensor) {
		src, dst := dataOf[T](in[0]), dataOf[T](out[0])
		var window []T
		if len(in) > 2 {
			window = dataOf[T](in[2])
		}
		for row := range batch {
			for frame := range f.count {
				from, to := (row*length+frame*f.step)*width, (row*f.count+frame)*f.bins*2
				kernels.TransformLine(fourier, signal, dst[to:], src[from:], window, numbers, result)
			}
		}
	}
}

func (stft) keepsRows(_, _ []Value, perRow []bool) bool { return onlyFirst(perRow) }
