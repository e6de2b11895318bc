package operator

import (
	"math"

	"github.com/portent-go/portent/domain"
)

// signalFamily are the operators of sound.
var signalFamily = map[string][]definition{
	"HannWindow":     {unary(17, parseCosineWindow(0.5, 0.5, 0))},
	"HammingWindow":  {unary(17, parseCosineWindow(25.0/46, 21.0/46, 0))},
	"BlackmanWindow": {unary(17, parseCosineWindow(0.42, 0.5, 0.08))},

	"MelWeightMatrix": {{since: 17, inputs: arity{5, 5}, outputs: arity{1, 1}, parse: parseMelWeights}},

	"DFT": {
		{since: 17, inputs: arity{1, 2}, outputs: arity{1, 1}, parse: parseDFT},
		{since: 20, inputs: arity{1, 3}, outputs: arity{1, 1}, parse: parseDFT},
	},
	"STFT": {{since: 17, inputs: arity{2, 4}, outputs: arity{1, 1}, parse: parseSTFT}},
}

// generated is a tensor that a formula gives for parameters that must be known.
type generated struct {
	datatype domain.Datatype
	// plan returns the shape, and on demand the elements.
	plan func(inputs []Value) (domain.Shape, func() []float64, error)
}

func outputDatatype(a *attributes) domain.Datatype {
	datatype, ok := onnxDatatypes[a.int("output_datatype", 1)]
	a.expect(ok && datatype != domain.BOOL && datatype != domain.BYTES, "output_datatype", "is not a datatype that is supported here")
	return datatype
}

// StaysWide reports whether FP32 is asked for, whatever the inputs are.
func (g generated) StaysWide(int) bool { return g.datatype == domain.FP32 }

// Infer returns the formula's shape.
func (g generated) Infer(inputs []Value) ([]Value, error) {
	shape, _, err := g.plan(inputs)
	if err != nil {
		return nil, err
	}
	return like(Value{Datatype: g.datatype}, shape)
}

// Compile computes the elements, and returns a copy of them.
func (g generated) Compile(inputs, outputs []Value) (Run, error) {
	shape, elements, err := g.plan(inputs)
	if err != nil {
		return nil, err
	}
	if err := fitsScratch(shape...); err != nil {
		return nil, err
	}
	answer := tensorOf(shape, elements()...)
	if g.datatype == domain.FP64 {
		return func(_, out []domain.Tensor) { mustCopy(out[0], answer) }, nil
	}
	convert := conversions[domain.FP64][g.datatype]
	return func(_, out []domain.Tensor) { convert(out[0], answer) }, nil
}

// parseCosineWindow returns the window a - b*cos(x) + c*cos(2x), of one turn.
func parseCosineWindow(a0, a1, a2 float64) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		a := attributesOf(node)
		periodic, datatype := a.bool("periodic", true), outputDatatype(a)
		return generated{datatype, func(inputs []Value) (domain.Shape, func() []float64, error) {
			n, err := lengthInput(inputs, 0, "size")
			return domain.Shape{n}, func() []float64 {
				turn := n
				if !periodic {
					turn = max(n-1, 1)
				}
				window := make([]float64, n)
				for i := range window {
					x := 2 * math.Pi * float64(i) / float64(turn)
					window[i] = a0 - a1*math.Cos(x) + a2*math.Cos(2*x)
				}
				return window
			}, err
		}}, a.done()
	}
}

// lengthInput returns the one element of an input, a length that must be known.
func lengthInput(inputs []Value, at int, name string) (int, error) {
	v, err := scalarInput(inputs, at, name)
	if err != nil {
		return 0, err
	}
	if !v.Known() {
		return 0, unknownElements(name)
	}
	n := integerOf(v.Const)
	if n < 0 || n > maxScratch {
		return 0, domain.Errorf(domain.Invalid, "input %s is %d, expected a length up to %d", name, n, maxScratch)
	}
	return n, nil
}

// melWeights are the parameters of the matrix that brings a spectrum to bins of the
// mel scale.
type melWeights struct {
	bins, length, rate int
	lower, upper       float64 // hertz
}

func parseMelWeights(node Node) (Operator, error) {
	a := attributesOf(node)
	datatype := outputDatatype(a)
	return generated{datatype, func(inputs []Value) (domain.Shape, func() []float64, error) {
		m, err := melWeightsOf(inputs)
		if err != nil {
			return nil, nil, err
		}
		return domain.Shape{m.length/2 + 1, m.bins}, m.matrix, nil
	}}, a.done()
}

func melWeightsOf(inputs []Value) (m melWeights, err error) {
	for i, parameter := range []struct {
		name string
		to   *int
	}{{"num_mel_bins", &m.bins}, {"dft_length", &m.length}, {"sample_rate", &m.rate}} {
		if *parameter.to, err = lengthInput(inputs, i, parameter.name); err != nil {
			return m, err
		}
	}
	for i, parameter := range []struct {
		name string
		to   *float64
	}{{"lower_edge_hertz", &m.lower}, {"upper_edge_hertz", &m.upper}} {
		v, err := realOperand(inputs, 3+i, parameter.name)
		if err != nil {
			return m, err
		}
		if product(v.Shape) != 1 {
			return m, misshapen(parameter.name, v.Shape, "one element")
		}
		if !v.Known() {
			return m, unknownElements(parameter.name)
		}
		*parameter.to, _ = domain.Number(v.Const, 0)
	}
	return m, m.check()
}

// check refuses edges that lie outside of the spectrum.
func (m melWeights) check() error {
	if m.rate < 1 {
		return domain.Errorf(domain.Invalid, "input sample_rate is %d, expected at least 1", m.rate)
	}
	if !(m.lower >= 0 && m.lower <= m.upper) || math.IsInf(m.upper, 0) {
		return domain.Errorf(domain.Invalid, "inputs lower_edge_hertz %v and upper_edge_hertz %v are no part of a spectrum", m.lower, m.upper)
	}
	if last := m.position(m.bins + 1); !(last < float64(m.length/2+2)) {
		return domain.Errorf(domain.Invalid, "input upper_edge_hertz %v is beyond the %d bins of a spectrum of dft_length %d and sample_rate %d",
			m.upper, m.length/2+1, m.length, m.rate)
	}
	return nil
}

// edge returns in which bin of the spectrum the triangle of a bin begins; its
// middle is where the next one begins, and its end where the one behind that does.
func (m melWeights) edge(bin int) int { return int(math.Floor(m.position(bin))) }

// position is edge with its fraction.
func (m melWeights) position(bin int) float64 {
	mel := func(hertz float64) float64 { return 2595 * math.Log10(1+hertz/700) }
	low, high := mel(m.lower), mel(m.upper)
	hertz := 700 * (math.Pow(10, (float64(bin)*(high-low)/float64(m.bins+2)+low)/2595) - 1)
	return max(float64(m.length+1)*hertz/float64(m.rate), 0) // rounding may give less than 0
}

func (m melWeights) matrix() []float64 {
	spectrum := m.length/2 + 1
	weights := make([]float64, spectrum*m.bins)
	for bin := range m.bins {
		left, center, right := m.edge(bin), m.edge(bin+1), m.edge(bin+2)
		set := func(row int, value float64) {
			if row < spectrum {
				weights[row*m.bins+bin] = value
			}
		}
		if left == center {
			set(center, 1)
		}
		for row := left; row <= center && left < center; row++ {
			set(row, float64(row-left)/float64(center-left))
		}
		for row := center; row < right; row++ {
			set(row, float64(right-row)/float64(right-center))
		}
	}
	return weights
}
