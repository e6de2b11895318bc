package jsontensor

import (
	"encoding/binary"
	"math"
	"strconv"
)

// number is what a JSON number says: about mantissa * 10^exponent. Of its
// significant digits the mantissa holds the first 19 at least, or all.
type number struct {
	mantissa uint64
	exponent int
	negative bool
	whole    bool // written without fraction and exponent
}

const (
	roomForOne   = 1e18 // below it a mantissa can take another digit
	roomForEight = 1e11 // below it, another eight
	farExponent  = 1 << 40
)

// scanNumber reads the number that begins at position i and returns where it
// ends, or -1 if no number begins there. What follows is not looked at.
func scanNumber(data []byte, i int) (n number, end int) {
	if i < len(data) && data[i] == '-' {
		n.negative = true
		i++
	}
	if i >= len(data) || !isDigit(data[i]) {
		return n, -1
	}
	if data[i] == '0' { // no digit may follow; if one does, the number ends here and the reader stumbles over it
		i++
	} else {
		i = n.digits(data, i)
	}
	n.whole = true
	if i < len(data) && data[i] == '.' {
		if i = n.fraction(data, i+1); i < 0 {
			return n, -1
		}
	}
	if i < len(data) && data[i]|0x20 == 'e' {
		if i = n.power(data, i+1); i < 0 {
			return n, -1
		}
	}
	return n, i
}

// digits reads the digits before the point.
func (n *number) digits(data []byte, i int) int {
	for ; i < len(data) && isDigit(data[i]); i++ {
		if n.mantissa < roomForOne {
			n.mantissa = n.mantissa*10 + uint64(data[i]-'0')
		} else {
			n.exponent++
		}
	}
	return i
}

// fraction reads the digits after the point.
func (n *number) fraction(data []byte, i int) int {
	n.whole = false
	first, m := i, n.mantissa
	for i+8 <= len(data) && m < roomForEight {
		eight := binary.LittleEndian.Uint64(data[i:])
		if !eightDigits(eight) {
			break
		}
		m = m*1e8 + parseEight(eight)
		i += 8
	}
	for i < len(data) && m < roomForOne && isDigit(data[i]) {
		m = m*10 + uint64(data[i]-'0')
		i++
	}
	n.mantissa = m
	n.exponent -= i - first
	for i < len(data) && isDigit(data[i]) {
		i++
	}
	if i == first {
		return -1
	}
	return i
}

// power reads what follows an e.
func (n *number) power(data []byte, i int) int {
	n.whole = false
	sign := 1
	if i < len(data) && (data[i] == '+' || data[i] == '-') {
		if data[i] == '-' {
			sign = -1
		}
		i++
	}
	first, power := i, 0
	for ; i < len(data) && isDigit(data[i]); i++ {
		if power < farExponent {
			power = power*10 + int(data[i]-'0')
		}
	}
	if i == first {
		return -1
	}
	n.exponent += sign * power
	return i
}

func isDigit(c byte) bool { return c-'0' <= 9 }

// eightDigits reports whether all eight bytes are digits: their high halves are
// 3, and stay 3 when 6 is added.
func eightDigits(v uint64) bool {
	const high = 0xf0f0f0f0f0f0f0f0
	return v&high|(v+0x0606060606060606)&high>>4 == 0x3333333333333333
}

// parseEight returns the number that eight digits stand for, the first one in
// the lowest byte: neighbours are joined to pairs, those to fours, to eight.
func parseEight(v uint64) uint64 {
	v = v & 0x0f0f0f0f0f0f0f0f * (10<<8 + 1) >> 8
	v = v & 0x00ff00ff00ff00ff * (100<<16 + 1) >> 16
	return v & 0x0000ffff0000ffff * (10000<<32 + 1) >> 32
}

const (
	lowestPower  = -60
	highestPower = 40
)

// powers holds 10^lowestPower to 10^highestPower, each rounded to the nearest
// float64.
var powers = func() (powers [highestPower - lowestPower + 1]float64) {
	for i := range powers {
		powers[i], _ = strconv.ParseFloat("1e"+strconv.Itoa(i+lowestPower), 64)
	}
	return powers
}()

// float32 returns the float32 nearest to the number, as strconv.ParseFloat
// does, and whether there is one: too large a number has none. text is the
// number as it was written.
//
// One float64 multiplication decides nearly always. Its result is off by at
// most four roundings of 2^-53 each (the mantissa's, the power's, the
// product's, and the digits beyond 19, which are less), hence by less than 4
// units of its last place. Cutting it to a float32 drops 29 bits. That gives
// the nearest float32 unless the exact number may lie on the other side of the
// middle between two of them, where the dropped bits are within those 4 units
// of 2^28; then, and outside the normal range, strconv decides.
func (n number) float32(text []byte) (float32, bool) {
	if n.mantissa == 0 {
		if n.negative {
			return float32(math.Copysign(0, -1)), true
		}
		return 0, true
	}
	if n.exponent >= lowestPower && n.exponent <= highestPower {
		f := float64(n.mantissa) * powers[n.exponent-lowestPower]
		const dropped, middle, margin = 1<<29 - 1, 1 << 28, 8
		distance := math.Float64bits(f)&dropped - (middle - margin)
		if distance > 2*margin && f >= 0x1p-126 && f < math.MaxFloat32 {
			if n.negative {
				f = -f
			}
			return float32(f), true
		}
	}
	f, err := strconv.ParseFloat(string(text), 32)
	return float32(f), err == nil
}
