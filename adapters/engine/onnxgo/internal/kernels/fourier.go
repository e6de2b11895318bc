package kernels

import (
	"math"
	"math/cmplx"
)

// Fourier is the discrete Fourier transform of n numbers.
type Fourier struct {
	n       int
	factors []int        // n's prime factors, 2 before the others
	turns   []complex128 // turns[k] is k/n of a full turn, backwards
	pair    []complex128 // scratch memory of twice the largest factor
	chirp   *chirp       // for an n with large prime factors
}

// largestFactor is how large a prime factor may be to be transformed by its
// definition.
const largestFactor = 61

// NewFourier returns the transform of n numbers, with scratch memory of its own.
func NewFourier(n int) *Fourier {
	f := &Fourier{n: n}
	rest := n
	for p := 2; rest > 1 && p <= largestFactor; p++ {
		for rest%p == 0 {
			f.factors, rest = append(f.factors, p), rest/p
		}
	}
	if rest > 1 {
		f.chirp = newChirp(n)
		return f
	}
	f.turns, f.pair = make([]complex128, n), make([]complex128, 2*largestFactor)
	for k := range f.turns {
		f.turns[k] = turn(k, n)
	}
	return f
}

// turn returns the number at k/n of a full turn, backwards.
func turn(k, n int) complex128 {
	sine, cosine := math.Sincos(2 * math.Pi * float64(k) / float64(n))
	return complex(cosine, -sine)
}

// Transform writes the transform of src to dst. Both have n elements and do not
// overlap; src may be changed.
func (f *Fourier) Transform(dst, src []complex128) {
	if f.chirp != nil {
		f.chirp.transform(dst, src)
		return
	}
	f.transform(dst, src, 1, f.factors)
}

// transform writes the transform of every stride-th element of src: it transforms
// p parts of them, and puts these together.
func (f *Fourier) transform(dst, src []complex128, stride int, factors []int) {
	if len(factors) == 0 {
		dst[0] = src[0]
		return
	}
	p := factors[0]
	m := len(dst) / p
	for r := range p {
		f.transform(dst[r*m:(r+1)*m], src[r*stride:], stride*p, factors[1:])
	}
	if p == 2 {
		for k := range m {
			even, odd := dst[k], dst[m+k]*f.turns[k*stride]
			dst[k], dst[m+k] = even+odd, even-odd
		}
		return
	}
	f.join(dst, p, m, stride)
}

// join puts p transforms of m numbers together.
func (f *Fourier) join(dst []complex128, p, m, stride int) {
	parts, sums := f.pair[:p], f.pair[largestFactor:largestFactor+p]
	for k := range m {
		for r := range p {
			parts[r] = dst[r*m+k] * f.turns[r*k*stride]
		}
		for q := range p {
			sum := parts[0]
			for r := 1; r < p; r++ {
				sum += parts[r] * f.turns[r*q%p*(f.n/p)]
			}
			sums[q] = sum
		}
		for q := range p {
			dst[q*m+k] = sums[q]
		}
	}
}

// chirp is Bluestein's transform: a convolution with numbers that turn faster and
// faster, by way of transforms of a power of two.
type chirp struct {
	turns         []complex128
	filter        []complex128 // transformed
	wide          *Fourier
	signal, other []complex128
}

func newChirp(n int) *chirp {
	size := 1
	for size < 2*n-1 {
		size *= 2
	}
	c := &chirp{turns: make([]complex128, n), filter: make([]complex128, size), wide: NewFourier(size)}
	c.signal, c.other = make([]complex128, size), make([]complex128, size)
	for k := range n {
		c.turns[k] = turn(k*k%(2*n), 2*n)
		c.other[k] = cmplx.Conj(c.turns[k])
		c.other[(size-k)%size] = cmplx.Conj(c.turns[k])
	}
	c.wide.Transform(c.filter, c.other)
	return c
}

func (c *chirp) transform(dst, src []complex128) {
	clear(c.signal)
	for k, x := range src {
		c.signal[k] = x * c.turns[k]
	}
	c.wide.Transform(c.other, c.signal)
	for k, x := range c.other {
		c.signal[k] = cmplx.Conj(x * c.filter[k])
	}
	c.wide.Transform(c.other, c.signal) // of the conjugate: the way back
	scale := complex(1/float64(len(c.signal)), 0)
	for k := range dst {
		dst[k] = cmplx.Conj(c.other[k]) * c.turns[k] * scale
	}
}

// Signal is how a transform reads and writes lines of real or complex numbers.
type Signal struct {
	From, To   int // how many elements a line has, and its transform
	Stride     int // how far apart the elements of both are, in numbers
	Complex    bool
	ComplexOut bool
	Inverse    bool
	Onesided   bool // with Inverse: the elements behind the middle are mirrored
}

// TransformLine transforms one line. Numbers and result are scratch memory of as
// many elements as the transform has; window, nil for none, multiplies what is
// read.
func TransformLine[T float32 | float64](f *Fourier, s Signal, dst, src, window []T, numbers, result []complex128) {
	loadLine(s, numbers, src, window)
	if s.Inverse && s.Onesided {
		mirror(numbers)
	}
	if s.Inverse {
		conjugate(numbers, 1)
	}
	f.Transform(result, numbers)
	if s.Inverse {
		conjugate(result, 1/float64(f.n))
	}
	for i := range s.To {
		if s.ComplexOut {
			dst[2*i*s.Stride], dst[2*i*s.Stride+1] = T(real(result[i])), T(imag(result[i]))
		} else {
			dst[i*s.Stride] = T(real(result[i]))
		}
	}
}

// loadLine reads as many numbers as there are and fit, and zeros behind them.
func loadLine[T float32 | float64](s Signal, numbers []complex128, src, window []T) {
	clear(numbers)
	for i := range min(s.From, len(numbers)) {
		if s.Complex {
			numbers[i] = complex(float64(src[2*i*s.Stride]), float64(src[2*i*s.Stride+1]))
		} else {
			numbers[i] = complex(float64(src[i*s.Stride]), 0)
		}
		if window != nil {
			numbers[i] *= complex(float64(window[i]), 0)
		}
	}
}

func conjugate(numbers []complex128, scale float64) {
	for i, x := range numbers {
		numbers[i] = complex(real(x)*scale, -imag(x)*scale)
	}
}

// mirror makes the second half the conjugate of the first, as it is for the
// transform of real numbers.
func mirror(numbers []complex128) {
	n := len(numbers)
	numbers[0] = complex(real(numbers[0]), 0)
	for i := n/2 + 1; i < n; i++ {
		numbers[i] = cmplx.Conj(numbers[n-i])
	}
	if n%2 == 0 {
		numbers[n/2] = complex(real(numbers[n/2]), 0)
	}
}
