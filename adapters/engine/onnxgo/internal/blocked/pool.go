package blocked

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/team"
)

// Reduction is what a pool makes of a window.
type Reduction uint8

// The reductions.
const (
	Max        Reduction = iota // padding takes no part; NaN is the greatest
	Mean                        // over the elements that are not padding
	PaddedMean                  // over padding too, as zeros
)

// PoolOptions say what a pool computes and where.
type PoolOptions struct {
	Set           *micro.Set
	Team          *team.Team
	Reduction     Reduction
	Rows, Columns kernels.Axis
	Bottom, Right int // padding that a PaddedMean counts
	In, Out       Layout
}

// Pool reduces windows of each channel. It is for one prediction at a time.
type Pool struct {
	PoolOptions
	workers []poolWorker
	part    func(part, worker int)
	out, in []float32
}

type poolWorker struct {
	args micro.Window
	sums []float64
}

// NewPool returns a pool.
func NewPool(o PoolOptions) *Pool {
	p := &Pool{PoolOptions: o, workers: make([]poolWorker, o.Team.Size())}
	for i := range p.workers {
		p.workers[i].sums = make([]float64, o.Set.Lanes)
	}
	p.part = p.block
	return p
}

// Run pools in into out.
func (p *Pool) Run(out, in []float32) {
	p.out, p.in = out, in
	p.Team.Do(p.In.Batch*p.In.Blocks(), p.part)
	p.out, p.in = nil, nil
	p.Out.ClearBorder(out)
}

// block pools one block of a picture.
func (p *Pool) block(part, worker int) {
	own := &p.workers[worker]
	picture, block := part/p.In.Blocks(), part%p.In.Blocks()
	own.args.RowStride, own.args.ColumnStride = 4*p.In.Row()*p.Rows.Dilation, 4*p.In.Block*p.Columns.Dilation
	for y := range p.Out.Height {
		top, bottom := p.Rows.Taps(y)
		own.args.Rows = bottom - top
		for x := range p.Out.Width {
			left, right := p.Columns.Taps(x)
			own.args.Columns = right - left
			own.args.In = pointer(p.in, p.In.At(picture, block, p.Rows.At(y, top), p.Columns.At(x, left)))
			p.window(own, p.out[p.Out.At(picture, block, y, x):], y, x)
		}
	}
}

// window reduces the window of output y, x.
func (p *Pool) window(own *poolWorker, out []float32, y, x int) {
	if p.Reduction == Max {
		own.args.Out = &out[0]
		p.Set.MaxWindow(&own.args)
		return
	}
	rows, columns := own.args.Rows, own.args.Columns
	if p.Reduction == PaddedMean {
		top, bottom := p.Rows.Widened(p.Bottom).Taps(y)
		left, right := p.Columns.Widened(p.Right).Taps(x)
		rows, columns = bottom-top, right-left
	}
	own.sum(p.Set)
	for lane, sum := range own.sums {
		out[lane] = float32(sum / float64(rows*columns))
	}
}

// GlobalPool reduces each channel of a picture to one element. In is blocked,
// and out plain: [Batch, Channels].
type GlobalPool struct {
	set       *micro.Set
	in        Layout
	reduction Reduction
	own       poolWorker
	greatest  []float32
}

// NewGlobalPool returns a pool for pictures that are not empty.
func NewGlobalPool(set *micro.Set, r Reduction, in Layout) *GlobalPool {
	p := &GlobalPool{set: set, in: in, reduction: r, greatest: Floats(set.Lanes)}
	p.own.sums = make([]float64, set.Lanes)
	p.own.args = micro.Window{Rows: in.Height, RowStride: 4 * in.Row(), Columns: in.Width, ColumnStride: 4 * in.Block}
	return p
}

// Run pools in into out.
func (p *GlobalPool) Run(out, in []float32) {
	for picture := range p.in.Batch {
		for block := range p.in.Blocks() {
			p.own.args.In = pointer(in, p.in.At(picture, block, 0, 0))
			channel := block * p.set.Lanes
			p.reduce(out[picture*p.in.Channels+channel:][:min(p.set.Lanes, p.in.Channels-channel)])
		}
	}
	p.own.args.In = nil
}

func (p *GlobalPool) reduce(out []float32) {
	if p.reduction == Max {
		p.own.args.Out = &p.greatest[0]
		p.set.MaxWindow(&p.own.args)
		copy(out, p.greatest)
		return
	}
	p.own.sum(p.set)
	for lane := range out {
		out[lane] = float32(p.own.sums[lane] / float64(p.in.Height*p.in.Width))
	}
}
