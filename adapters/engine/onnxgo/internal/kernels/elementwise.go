package kernels

// Number is a type that can be calculated with.
type Number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Arithmetic is one of the four rules.
type Arithmetic uint8

// The four rules. Integer division truncates towards zero; its divisor must not
// be zero.
const (
	Add Arithmetic = iota
	Subtract
	Multiply
	Divide
)

// Broadcast says how two operands are spread over a result. Lengths and strides
// are of the result's axes, outermost first; an operand's stride is 0 on an axis
// that it lacks or has once.
type Broadcast struct {
	Lengths []int
	X, Y    []int
}

// Calculate writes x op y to dst.
func Calculate[T Number](op Arithmetic, dst, x, y []T, b Broadcast) {
	if len(b.Lengths) == 0 {
		row(op, dst[:1], x, y, 0, 0)
		return
	}
	calculateAxis(op, dst, x, y, b)
}

func calculateAxis[T Number](op Arithmetic, dst, x, y []T, b Broadcast) int {
	n := b.Lengths[0]
	if len(b.Lengths) == 1 {
		row(op, dst[:n], x, y, b.X[0], b.Y[0])
		return n
	}
	at := 0
	inner := Broadcast{b.Lengths[1:], b.X[1:], b.Y[1:]}
	for i := range n {
		at += calculateAxis(op, dst[at:], x[i*b.X[0]:], y[i*b.Y[0]:], inner)
	}
	return at
}

// row calculates along one axis. Strides are 0 or 1 there.
func row[T Number](op Arithmetic, dst, x, y []T, strideX, strideY int) {
	switch {
	case len(dst) == 0:
	case strideX == 1 && strideY == 1:
		both(op, dst, x[:len(dst)], y[:len(dst)])
	case strideX == 1:
		withScalar(op, dst, x[:len(dst)], y[0])
	case strideY == 1:
		scalarWith(op, dst, x[0], y[:len(dst)])
	default:
		Fill(dst, calculate(op, x[0], y[0]))
	}
}

func calculate[T Number](op Arithmetic, x, y T) T {
	switch op {
	case Add:
		return x + y
	case Subtract:
		return x - y
	case Multiply:
		return x * y
	default:
		return x / y
	}
}

func both[T Number](op Arithmetic, dst, x, y []T) {
	switch op {
	case Add:
		for i := range dst {
			dst[i] = x[i] + y[i]
		}
	case Subtract:
		for i := range dst {
			dst[i] = x[i] - y[i]
		}
	case Multiply:
		for i := range dst {
			dst[i] = x[i] * y[i]
		}
	default:
		for i := range dst {
			dst[i] = x[i] / y[i]
		}
	}
}

func withScalar[T Number](op Arithmetic, dst, x []T, y T) {
	switch op {
	case Add:
		for i := range dst {
			dst[i] = x[i] + y
		}
	case Subtract:
		for i := range dst {
			dst[i] = x[i] - y
		}
	case Multiply:
		for i := range dst {
			dst[i] = x[i] * y
		}
	default:
		for i := range dst {
			dst[i] = x[i] / y
		}
	}
}

func scalarWith[T Number](op Arithmetic, dst []T, x T, y []T) {
	switch op {
	case Add:
		for i := range dst {
			dst[i] = x + y[i]
		}
	case Subtract:
		for i := range dst {
			dst[i] = x - y[i]
		}
	case Multiply:
		for i := range dst {
			dst[i] = x * y[i]
		}
	default:
		for i := range dst {
			dst[i] = x / y[i]
		}
	}
}
