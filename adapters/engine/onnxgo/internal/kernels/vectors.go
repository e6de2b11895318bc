package kernels

import "math"

// Kernel is how alike two rows of features are.
type Kernel struct {
	Kind                KernelKind
	Gamma, Coef, Degree float64
}

// KernelKind is the formula of a Kernel.
type KernelKind uint8

// The kinds.
const (
	LinearKernel  KernelKind = iota // x·y
	PolyKernel                      // (Gamma x·y + Coef)^Degree
	RBFKernel                       // e^(-Gamma |x-y|²)
	SigmoidKernel                   // tanh(Gamma x·y + Coef)
)

// Apply writes how alike a row is to each of the vectors.
func (k Kernel) Apply(dst, row, vectors []float32) {
	for i := range dst {
		vector := vectors[i*len(row) : (i+1)*len(row)]
		var alike float64
		switch k.Kind {
		case RBFKernel:
			alike = math.Exp(-k.Gamma * distance(row, vector))
		case PolyKernel:
			alike = math.Pow(k.Gamma*Dot(row, vector)+k.Coef, k.Degree)
		case SigmoidKernel:
			alike = math.Tanh(k.Gamma*Dot(row, vector) + k.Coef)
		default:
			alike = Dot(row, vector)
		}
		dst[i] = float32(alike)
	}
}

// Dot returns the sum of the products of two rows.
func Dot(x, y []float32) float64 {
	sum, y := 0.0, y[:len(x)]
	for i, v := range x {
		sum += float64(v) * float64(y[i])
	}
	return sum
}

// distance returns the square of the distance of two rows.
func distance(x, y []float32) float64 {
	sum, y := 0.0, y[:len(x)]
	for i, v := range x {
		d := float64(v) - float64(y[i])
		sum += d * d
	}
	return sum
}

// Couple makes probabilities of classes out of those of pairs, by the second
// method of Wu, Lin and Weng, "Probability estimates for multi-class
// classification by pairwise coupling". Pairs holds at [i,j] the probability of
// class i if it is i or j. Q and qp are scratch memory for the square of the
// number of classes, and for their number.
func Couple(p, pairs, q, qp []float32) {
	n := len(p)
	couplings(q, pairs, n)
	for i := range p {
		p[i] = 1 / float32(n)
	}
	for range 100 {
		total := float32(0)
		for i := range p {
			qp[i] = 0
			for j, pj := range p {
				qp[i] += q[i*n+j] * pj
			}
			total += p[i] * qp[i]
		}
		worst := float32(0)
		for _, x := range qp[:n] {
			worst = max(worst, float32(math.Abs(float64(x-total))))
		}
		if worst < 0.005/float32(n) {
			return
		}
		improve(p, q, qp, total)
	}
}

// couplings fills the matrix of the quadratic form that Couple minimises.
func couplings(q, pairs []float32, n int) {
	for i := range n {
		q[i*n+i] = 0
		for j := range n {
			if j == i {
				continue
			}
			other := pairs[j*n+i]
			q[i*n+i] += other * other
			q[i*n+j] = -other * pairs[i*n+j]
		}
	}
}

// improve takes one step for each class.
func improve(p, q, qp []float32, total float32) {
	n := len(p)
	for i := range p {
		own := q[i*n+i]
		step := (total - qp[i]) / own
		p[i] += step
		total = (total + step*(step*own+2*qp[i])) / (1 + step) / (1 + step)
		for j := range p {
			qp[j] = (qp[j] + step*q[i*n+j]) / (1 + step)
			p[j] /= 1 + step
		}
	}
}
