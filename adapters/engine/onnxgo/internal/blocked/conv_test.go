package blocked_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/team"
)

// problem is a convolution with random operands, and what it gives.
type problem struct {
	set               *micro.Set
	geometry          kernels.ConvGeometry
	method            blocked.Method
	in, weights, bias []float32
	residual          []float32 // nil is none
	low, high         float32
	threads           int // 0 is one
}

func random(r *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

// inputLayout and outputLayout are plain.
func (p *problem) inputLayout() *blocked.Layout {
	g := p.geometry
	return &blocked.Layout{Batch: g.Batch, Channels: g.InChannels, Height: g.Rows.Input, Width: g.Columns.Input, Block: 1}
}

func (p *problem) outputLayout() *blocked.Layout {
	g := p.geometry
	return &blocked.Layout{Batch: g.Batch, Channels: g.OutChannels, Height: g.Rows.Output, Width: g.Columns.Output, Block: 1}
}

// reference computes in float64, and returns the sums of the products' sizes.
func (p *problem) reference() (out, size []float64) {
	g, layout, input := p.geometry, p.outputLayout(), p.inputLayout()
	out, size = make([]float64, layout.Elements()), make([]float64, layout.Elements())
	in, of := g.InChannels/g.Groups, g.OutChannels/g.Groups
	for n := range g.Batch {
		for o := range g.OutChannels {
			for y := range g.Rows.Output {
				for x := range g.Columns.Output {
					at := layout.At(n, o, y, x)
					sum, total := float64(p.bias[o]), math.Abs(float64(p.bias[o]))
					for c := range in {
						for i := range g.Rows.Kernel {
							for j := range g.Columns.Kernel {
								py, px := y*g.Rows.Stride-g.Rows.Before+i*g.Rows.Dilation, x*g.Columns.Stride-g.Columns.Before+j*g.Columns.Dilation
								if py < 0 || px < 0 || py >= g.Rows.Input || px >= g.Columns.Input {
									continue
								}
								v := float64(p.in[input.At(n, o/of*in+c, py, px)]) * float64(p.weights[((o*in+c)*g.Rows.Kernel+i)*g.Columns.Kernel+j])
								sum, total = sum+v, total+math.Abs(v)
							}
						}
					}
					if p.residual != nil {
						sum += float64(p.residual[at])
					}
					out[at], size[at] = min(max(sum, float64(p.low)), float64(p.high)), total
				}
			}
		}
	}
	return out, size
}

// run computes the convolution in the layouts that its method needs, with more
// border than that and with memory full of NaN.
func (p *problem) run(extra blocked.Border) []float32 {
	g := p.geometry
	needIn, needOut := p.method.Borders(p.set, g)
	in, out := *p.inputLayout(), *p.outputLayout()
	if p.method != blocked.Planar {
		in.Block = p.set.Lanes
	}
	out.Block = p.set.Lanes
	add := func(b blocked.Border) blocked.Border {
		return blocked.Border{Top: b.Top + extra.Top, Left: b.Left + extra.Left, Bottom: b.Bottom + extra.Bottom, Right: b.Right + extra.Right}
	}
	in.Border, out.Border = add(needIn), needOut.Union(extra)
	residual := out
	residual.Border = add(needOut)
	source := nans(in.Elements())
	blocked.Reorder(in, source, *p.inputLayout(), p.in)
	o := blocked.ConvOptions{Set: p.set, Geometry: g, Method: p.method, In: in, Out: out, Clamp: true, Low: p.low, High: p.high}
	var added []float32
	if p.residual != nil {
		o.Residual, added = residual, nans(residual.Elements())
		blocked.Reorder(residual, added, *p.outputLayout(), p.residual)
	}
	o.Team = team.New(p.threads, micro.Pause)
	o.Team.Start(p.threads - 1)
	defer o.Team.Stop()
	result := nans(out.Elements())
	blocked.NewConv(o).Run(result, source, added, blocked.PackConv(p.set, g, p.method, p.weights, p.bias))
	plain := make([]float32, p.outputLayout().Elements())
	blocked.Reorder(*p.outputLayout(), plain, out, result)
	checkBorder(out, result)
	return plain
}

func nans(n int) []float32 {
	v := blocked.Floats(n)
	for i := range v {
		v[i] = float32(math.NaN())
	}
	return v
}

func checkBorder(l blocked.Layout, data []float32) {
	cleared := append([]float32(nil), data...)
	l.ClearBorder(cleared)
	for i, v := range cleared {
		if math.Float32bits(v) != math.Float32bits(data[i]) {
			panic(fmt.Sprintf("the border of %+v is not zero", l))
		}
	}
}

func axis(r *rand.Rand, kernel, stride, dilation int) kernels.Axis {
	a := kernels.Axis{Kernel: kernel, Stride: stride, Dilation: dilation, Before: r.IntN(3)}
	after := r.IntN(3)
	a.Input = max(1, (kernel-1)*dilation+1-a.Before-after) + r.IntN(14)
	a.Output = (a.Before+a.Input+after-(kernel-1)*dilation-1)/stride + 1
	return a
}

func randomProblem(r *rand.Rand, set *micro.Set, method blocked.Method) *problem {
	g := kernels.ConvGeometry{Batch: 1 + r.IntN(2), Groups: 1, InChannels: 1 + r.IntN(40), OutChannels: 1 + r.IntN(70)}
	pick := func() (kernel, stride, dilation int) { return 1 + r.IntN(5), 1 + r.IntN(3), 1 + r.IntN(2) }
	switch method {
	case blocked.Winograd4, blocked.Winograd2:
		pick = func() (int, int, int) { return 3, 1, 1 }
	case blocked.Depthwise:
		g.Groups, g.OutChannels = g.InChannels, g.InChannels
	case blocked.Direct:
		if r.IntN(4) == 0 {
			g.Groups = 2
			g.InChannels, g.OutChannels = 2*set.Lanes*(1+r.IntN(2)), 2*set.Lanes*(1+r.IntN(3))
		}
	}
	kernel, stride, dilation := pick()
	g.Rows = axis(r, kernel, stride, dilation)
	kernel, stride, dilation = pick()
	g.Columns = axis(r, kernel, stride, dilation)
	p := &problem{set: set, geometry: g, method: method, low: float32(math.Inf(-1)), high: float32(math.Inf(1))}
	p.in = random(r, p.inputLayout().Elements())
	p.weights = random(r, g.OutChannels*g.InChannels/g.Groups*g.Rows.Kernel*g.Columns.Kernel)
	p.bias = random(r, g.OutChannels)
	if r.IntN(2) == 0 {
		p.residual = random(r, p.outputLayout().Elements())
	}
	if r.IntN(2) == 0 {
		p.low, p.high = 0, 6
	}
	return p
}

var methods = map[string]blocked.Method{
	"planar": blocked.Planar, "direct": blocked.Direct, "depthwise": blocked.Depthwise,
	"winograd4": blocked.Winograd4, "winograd2": blocked.Winograd2,
}

// bounds are the errors allowed for each method, in units of the last place of
// the sum of all products' sizes.
var bounds = map[blocked.Method]float64{blocked.Winograd4: 60, blocked.Winograd2: 12}

func TestConvAgreesWithFloat64(t *testing.T) {
	for _, set := range micro.Available() {
		for name, method := range methods {
			t.Run(set.Name+"/"+name, func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, uint64(method)))
				for range 15 {
					p := randomProblem(r, set, method)
					p.check(t, p.run(blocked.Border{Top: r.IntN(2), Left: r.IntN(2), Bottom: r.IntN(2), Right: r.IntN(2)}))
				}
			})
		}
	}
}

func (p *problem) check(t *testing.T, got []float32) {
	t.Helper()
	want, size := p.reference()
	scale := 0.0
	for _, s := range size {
		scale = max(scale, s)
	}
	for i := range want {
		const place = 1. / (1 << 23)
		allowed := size[i] * place * 12
		if factor, ok := bounds[p.method]; ok {
			allowed = scale * place * factor // a tile shares its errors
		}
		if !(math.Abs(float64(got[i])-want[i]) <= allowed+place*math.Abs(want[i])) {
			t.Fatalf("%+v clamp %v..%v residual %v: element %d is %v, expected %v +- %v", p.geometry, p.low, p.high, p.residual != nil, i, got[i], want[i], allowed)
		}
	}
}
