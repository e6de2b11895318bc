package kernels

import "math"

// Float is a type of numbers with a fraction.
type Float interface{ ~float32 | ~float64 }

// Signed is a type of numbers that may be negative.
type Signed interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~float32 | ~float64
}

// Each writes f of each element, computed in float64.
func Each[T Float](dst, src []T, f func(float64) float64) {
	for i, x := range src {
		dst[i] = T(f(float64(x)))
	}
}

// Sqrt writes the square root of each element.
func Sqrt(dst, src []float32) {
	for i, x := range src {
		dst[i] = float32(math.Sqrt(float64(x)))
	}
}

// Reciprocal returns 1/x.
func Reciprocal(x float64) float64 { return 1 / x }

// Softplus returns log(1 + exp(x)).
func Softplus(x float64) float64 {
	if x > 0 {
		return x + math.Log1p(math.Exp(-x))
	}
	return math.Log1p(math.Exp(x))
}

// Softsign returns x / (1 + |x|).
func Softsign(x float64) float64 { return x / (1 + math.Abs(x)) }

// Mish returns x * tanh(softplus(x)).
func Mish(x float64) float64 { return x * math.Tanh(Softplus(x)) }

// GeluExact returns x/2 * (1 + erf(x/sqrt 2)).
func GeluExact(x float64) float64 { return x / 2 * (1 + math.Erf(x/math.Sqrt2)) }

// GeluTanh returns the approximation of GeluExact by a hyperbolic tangent.
func GeluTanh(x float64) float64 {
	const cubic = 0.044715
	return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+cubic*x*x*x)))
}

// Swish returns x * sigmoid(alpha*x).
func Swish(x, alpha float64) float64 { return x / (1 + math.Exp(-alpha*x)) }

// Elu returns alpha*(exp(x)-1) where x is negative, else x.
func Elu(x, alpha float64) float64 {
	if x < 0 {
		return alpha * math.Expm1(x)
	}
	return x
}

// Celu is Elu of x/alpha in the exponent.
func Celu(x, alpha float64) float64 {
	return max(0, x) + min(0, alpha*math.Expm1(x/alpha))
}

// Abs returns the absolute value. That of the least integer is itself.
func Abs[T Number](x T) T {
	if x < 0 {
		return -x
	}
	if x == 0 {
		return 0 // without the sign of -0
	}
	return x
}

// Negate returns -x.
func Negate[T Number](x T) T { return -x }

// Sign returns -1, 0 or 1, and NaN of NaN.
func Sign[T Number](x T) T {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return T(0) - 1
	case x == 0:
		return 0
	default:
		return x
	}
}

// Shrink returns x-bias above lambda, x+bias below -lambda, and 0 between.
func Shrink[T Number](x T, lambda, bias float32) T {
	switch {
	case float32(x) < -lambda:
		return T(float32(x) + bias)
	case float32(x) > lambda:
		return T(float32(x) - bias)
	default:
		return 0
	}
}

// Modulo returns the remainder with the sign of y, as Python has it. An integer y
// is not 0.
func Modulo[T Integer](x, y T) T {
	r := x % y
	if r != 0 && (r < 0) != (y < 0) {
		r += y
	}
	return r
}

// Remainder returns the remainder with the sign of x, as C has it.
func Remainder[T Integer](x, y T) T { return x % y }

// FloatModulo is Modulo for floats.
func FloatModulo[T Float](x, y T) T {
	r := math.Mod(float64(x), float64(y))
	if r != 0 && (r < 0) != (y < 0) {
		r += float64(y)
	}
	return T(r)
}

// FloatRemainder is Remainder for floats.
func FloatRemainder[T Float](x, y T) T { return T(math.Mod(float64(x), float64(y))) }

// Power returns x to the power of y. Of integers the fraction is lost; a result
// that does not fit is the nearest that does.
func Power[T, U Number](x T, y U) T { return T(math.Pow(float64(x), float64(y))) }

// IntegerPower returns x to the power of y, exactly where that fits. Of a negative
// y it is what is left of the fraction.
func IntegerPower[T ~int32 | ~int64](x T, y int64) T {
	if y < 0 {
		switch x {
		case 1:
			return 1
		case -1:
			return 1 - 2*T(y&1)
		default:
			return 0
		}
	}
	result := T(1)
	for ; y > 0; y >>= 1 {
		if y&1 == 1 {
			result *= x
		}
		x *= x
	}
	return result
}

// Smaller returns the smaller number, NaN if one is.
func Smaller[T Number](x, y T) T { return min(x, y) }

// Larger returns the larger number, NaN if one is.
func Larger[T Number](x, y T) T { return max(x, y) }

// Plus returns the sum.
func Plus[T Number](x, y T) T { return x + y }

// Square writes x*x of each element.
func Square(dst, src []float32) {
	for i, x := range src {
		dst[i] = x * x
	}
}

// Cube writes x*x*x of each element, rounded once.
func Cube(dst, src []float32) {
	for i, x := range src {
		y := float64(x)
		dst[i] = float32(y * y * y)
	}
}

// SquareRootOfPower writes x to the power of 1/2, which unlike the square root is
// infinite of minus infinity.
func SquareRootOfPower(dst, src []float32) {
	for i, x := range src {
		dst[i] = float32(math.Pow(float64(x), 0.5))
	}
}
