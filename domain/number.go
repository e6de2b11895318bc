package domain

import "math"

// Number returns element i of a tensor as a float64, and whether its datatype
// is one of numbers (BOOL counts: 0 or 1). 64-bit integers beyond 2^53 are
// rounded.
func Number(t Tensor, i int) (float64, bool) {
	switch data := t.data.(type) {
	case slice[float32]:
		return float64(data[i]), true
	case slice[float64]:
		return data[i], true
	case slice[int64]:
		return float64(data[i]), true
	case slice[int32]:
		return float64(data[i]), true
	case slice[int16]:
		return float64(data[i]), true
	case slice[int8]:
		return float64(data[i]), true
	case slice[uint64]:
		return float64(data[i]), true
	case slice[uint32]:
		return float64(data[i]), true
	case slice[uint16]:
		return float64(data[i]), true
	case slice[uint8]:
		return float64(data[i]), true
	case slice[Float16]:
		return float64(data[i].Float32()), true
	case slice[BFloat16]:
		return float64(data[i].Float32()), true
	case slice[bool]:
		if data[i] {
			return 1, true
		}
		return 0, true
	default:
		return 0, false
	}
}

// Float32 returns the number that the bits of f stand for. Every binary16
// number is a float32.
func (f Float16) Float32() float32 {
	sign := uint32(f&0x8000) << 16
	exponent, fraction := uint32(f>>10)&0x1f, uint32(f)&0x3ff
	switch exponent {
	case 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	case 0: // zero or subnormal: fraction * 2^-24
		magnitude := float32(fraction) * 0x1p-24
		return math.Float32frombits(sign | math.Float32bits(magnitude))
	default:
		return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
	}
}

// Float32 returns the number that the bits of f stand for.
func (f BFloat16) Float32() float32 { return math.Float32frombits(uint32(f) << 16) }
