package blocked

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// Function computes a function of each element of a slice, by a kernel for whole
// vectors. It is for one prediction at a time.
type Function struct {
	kernel func(*micro.Row)
	lanes  int
	args   micro.Row
	last   []float32 // a vector for the elements that do not fill one
}

// NewFunction returns what computes with one of a set's kernels.
func NewFunction(set *micro.Set, kernel func(*micro.Row)) *Function {
	return &Function{
		kernel: kernel, lanes: set.Lanes, last: Floats(set.Lanes),
		args: micro.Row{Low: float32(math.Inf(-1)), High: float32(math.Inf(1))},
	}
}

// Run writes the function of each element. Dst may be src.
func (f *Function) Run(dst, src []float32) {
	whole := len(src) / f.lanes * f.lanes
	if whole > 0 {
		f.vectors(&dst[0], &src[0], whole/f.lanes)
	}
	if rest := len(src) - whole; rest > 0 {
		copy(f.last, src[whole:])
		f.vectors(&f.last[0], &f.last[0], 1)
		copy(dst[whole:], f.last[:rest])
	}
	f.args.Out, f.args.X = nil, nil
}

func (f *Function) vectors(dst, src *float32, n int) {
	f.args.Out, f.args.X, f.args.Pixels = dst, src, n
	f.kernel(&f.args)
}
