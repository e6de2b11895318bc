package kernels

import "math"

// Integer is a type of whole numbers.
type Integer interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Convert writes each number as one of another type. Integers that do not fit an
// integer type lose their high bits.
func Convert[D Number, S Integer](dst []D, src []S) {
	for i, v := range src {
		dst[i] = D(v)
	}
}

// ConvertWith writes what convert makes of each element.
func ConvertWith[D, S any](dst []D, src []S, convert func(S) D) {
	for i, v := range src {
		dst[i] = convert(v)
	}
}

// Truncated returns a number without its fraction, the nearest of least and most
// if it does not fit, and 0 for NaN. They are the bounds of the integer type.
func Truncated[D Integer](x float64, least, most D) D {
	switch {
	case x != x:
		return 0
	case x >= float64(most): // 2^63 and 2^64 for the 64-bit types, whose bound is no float64
		return most
	case x <= float64(least):
		return least
	default:
		return D(x)
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
