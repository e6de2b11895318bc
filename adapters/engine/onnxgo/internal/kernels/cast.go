package kernels

import "math"

// Wide is a number of any type on its way to another type, without loss.
type Wide struct {
	float  float64
	bits   uint64 // of an integer
	signed bool
	whole  bool
}

// WideFloat holds a floating-point number.
func WideFloat(f float64) Wide { return Wide{float: f} }

// WideInt holds a signed integer.
func WideInt(i int64) Wide { return Wide{bits: uint64(i), signed: true, whole: true} }

// WideUint holds an unsigned integer.
func WideUint(u uint64) Wide { return Wide{bits: u, whole: true} }

// WideBool holds 1 or 0.
func WideBool(b bool) Wide {
	if b {
		return WideUint(1)
	}
	return WideUint(0)
}

// Bool reports whether the number is not 0. NaN is not.
func (w Wide) Bool() bool {
	if w.whole {
		return w.bits != 0
	}
	return w.float != 0
}

// Int returns the number truncated towards zero; what does not fit, and NaN, has
// no meaning in ONNX and becomes the nearest integer, NaN 0.
func (w Wide) Int() int64 {
	switch {
	case w.whole:
		return int64(w.bits)
	case math.IsNaN(w.float):
		return 0
	case w.float >= 1<<63:
		return math.MaxInt64
	case w.float < -1<<63:
		return math.MinInt64
	default:
		return int64(w.float)
	}
}

// Uint is Int for unsigned integers; negative numbers wrap around, as in C.
func (w Wide) Uint() uint64 {
	if !w.whole && w.float >= 1<<63 {
		return uint64(min(w.float, 1<<64-2048))
	}
	return uint64(w.Int())
}

// Float returns the number, rounded to float64.
func (w Wide) Float() float64 {
	switch {
	case !w.whole:
		return w.float
	case w.signed:
		return float64(int64(w.bits))
	default:
		return float64(w.bits)
	}
}

// Float32 returns the number, rounded once.
func (w Wide) Float32() float32 {
	switch {
	case !w.whole:
		return float32(w.float)
	case w.signed:
		return float32(int64(w.bits))
	default:
		return float32(w.bits)
	}
}

// Half returns the bits of the nearest IEEE 754 binary16 number, ties to even.
func Half(f float64) uint16 {
	sign := uint16(math.Float64bits(f) >> 48 & 0x8000)
	magnitude := math.Abs(f)
	switch {
	case f != f:
		return sign | 0x7e00
	case magnitude >= 65520: // halfway from the largest number to the next
		return sign | 0x7c00
	case magnitude < 0x1p-14:
		return sign | uint16(math.RoundToEven(magnitude*0x1p24))
	}
	fraction, exponent := math.Frexp(magnitude) // fraction in [0.5, 1)
	units := uint16(math.RoundToEven(fraction * 2048))
	return sign | (uint16(exponent+13)<<10 + units) // units of 2048 carries into the exponent
}

// BrainHalf returns the bits of the nearest bfloat16 number, ties to even.
func BrainHalf(f float64) uint16 {
	single := float32(f)
	if f != f {
		return uint16(math.Float32bits(single)>>16) | 0x40
	}
	bits := math.Float32bits(single)
	// Rounding twice errs only where float32 rounded onto a tie of bfloat16.
	if bits&0xffff == 0x8000 {
		switch rest := math.Abs(f) - math.Abs(float64(single)); {
		case rest > 0:
			bits++
		case rest < 0:
			bits--
		}
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}
