package blocked

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// Rows computes element by element on blocked pictures of one size, row by row.
// It is for one prediction at a time.
type Rows struct {
	set  *micro.Set
	args micro.Row
}

// NewRows returns what computes with a set's kernels. All results are clamped to
// low and high, for which there are infinities.
func NewRows(set *micro.Set, low, high float32) *Rows {
	return &Rows{set: set, args: micro.Row{Low: low, High: high}}
}

// Unbounded are the bounds that change nothing.
func Unbounded() (low, high float32) { return float32(math.Inf(-1)), float32(math.Inf(1)) }

// each calls do for each row of each block, and clears the border.
func each(l Layout, out []float32, do func(picture, block, y int)) {
	for picture := range l.Batch {
		for block := range l.Blocks() {
			for y := range l.Height {
				do(picture, block, y)
			}
		}
	}
	l.ClearBorder(out)
}

// Add writes x + y.
func (r *Rows) Add(to Layout, out []float32, ofX Layout, x []float32, ofY Layout, y []float32) {
	r.args.Pixels = to.Width
	each(to, out, func(picture, block, row int) {
		r.args.Out = pointer(out, to.At(picture, block, row, 0))
		r.args.X = pointer(x, ofX.At(picture, block, row, 0))
		r.args.Y = pointer(y, ofY.At(picture, block, row, 0))
		r.set.AddRow(&r.args)
	})
	r.release()
}

// Clamp writes x.
func (r *Rows) Clamp(to Layout, out []float32, ofX Layout, x []float32) {
	r.args.Pixels = to.Width
	each(to, out, func(picture, block, row int) {
		r.args.Out = pointer(out, to.At(picture, block, row, 0))
		r.args.X = pointer(x, ofX.At(picture, block, row, 0))
		r.set.ClampRow(&r.args)
	})
	r.release()
}

// ScaleShift writes x*scale + shift. Scale has an element for each lane of the
// blocks, and those of the next picture begin scaleStep further: 0 is the same
// for all. Shift is the same for all pictures.
func (r *Rows) ScaleShift(to Layout, out []float32, ofX Layout, x, scale, shift []float32, scaleStep int) {
	r.args.Pixels = to.Width
	each(to, out, func(picture, block, row int) {
		r.args.Out = pointer(out, to.At(picture, block, row, 0))
		r.args.X = pointer(x, ofX.At(picture, block, row, 0))
		r.args.Y = pointer(scale, picture*scaleStep+block*to.Block)
		r.args.Z = pointer(shift, block*to.Block)
		r.set.ScaleShiftRow(&r.args)
	})
	r.release()
}

// release forgets what was computed on, so that it is not kept alive.
func (r *Rows) release() { r.args.Out, r.args.X, r.args.Y, r.args.Z = nil, nil, nil, nil }

// Map calls compute for each row: slices of the elements of all its pixels.
func Map(to Layout, out []float32, ofX Layout, x []float32, compute func(dst, src []float32)) {
	n := to.Width * to.Block
	each(to, out, func(picture, block, row int) {
		at, from := to.At(picture, block, row, 0), ofX.At(picture, block, row, 0)
		compute(out[at:at+n], x[from:from+n])
	})
}

// Map2 is Map for two operands.
func Map2(to Layout, out []float32, ofX Layout, x []float32, ofY Layout, y []float32, compute func(dst, x, y []float32)) {
	n := to.Width * to.Block
	each(to, out, func(picture, block, row int) {
		at, left, right := to.At(picture, block, row, 0), ofX.At(picture, block, row, 0), ofY.At(picture, block, row, 0)
		compute(out[at:at+n], x[left:left+n], y[right:right+n])
	})
}

// Concat copies pictures of fewer channels behind the first of the result, from
// the given channel on. It does not touch the border.
func Concat(to Layout, out []float32, channel int, from Layout, in []float32) {
	if channel%to.Block != 0 {
		concatChannels(to, out, channel, from, in)
		return
	}
	n := to.Width * to.Block
	for picture := range from.Batch {
		for block := range from.Blocks() {
			for y := range from.Height {
				at := to.At(picture, channel/to.Block+block, y, 0)
				copy(out[at:at+n], in[from.At(picture, block, y, 0):])
			}
		}
	}
}

// concatChannels copies channel by channel.
func concatChannels(to Layout, out []float32, channel int, from Layout, in []float32) {
	for picture := range from.Batch {
		for c := range from.Channels {
			target := channel + c
			for y := range from.Height {
				write := out[to.At(picture, target/to.Block, y, 0)+target%to.Block:]
				read := in[from.At(picture, c/from.Block, y, 0)+c%from.Block:]
				for x := range from.Width {
					write[x*to.Block] = read[x*from.Block]
				}
			}
		}
	}
}

// Pixels copies the only pixel of each block of pictures of 1x1 to dst, block
// after block.
func Pixels(from Layout, dst, src []float32) {
	for picture := range from.Batch {
		for block := range from.Blocks() {
			at := (picture*from.Blocks() + block) * from.Block
			copy(dst[at:at+from.Block], src[from.At(picture, block, 0, 0):])
		}
	}
}
