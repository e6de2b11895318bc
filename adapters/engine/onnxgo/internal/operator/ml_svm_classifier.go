package operator

import (
	"fmt"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// mostClasses bounds what grows with the square of the number of classes.
const mostClasses = 4096

// svmClassifier lets every two classes compete for a row, and the class that wins
// most is its label. Its scores are those of the pairs, or the probabilities of
// the classes where it has coefficients for them. Without support vectors it has
// a score for each class.
type svmClassifier struct {
	machine
	labels   labels
	starts   []int // of each class's support vectors, and the end of the last one's
	probA    []float32
	probB    []float32
	positive bool // no coefficient is negative
}

func parseSVMClassifier(node Node) (Operator, error) {
	a := attributesOf(node)
	c := &svmClassifier{machine: a.machine(), labels: a.labels("classlabels_ints"), probA: a.decimals("prob_a"), probB: a.decimals("prob_b")}
	perClass := a.wholes("vectors_per_class")
	a.expect(c.labels.count() <= mostClasses, "classlabels_ints", fmt.Sprintf("has more than the %d classes that are supported", mostClasses))
	c.positive = !slices.ContainsFunc(c.coefficients, func(v float32) bool { return v < 0 })
	if len(perClass) > 0 && c.labels.count() == 2 && len(c.probA) == 0 {
		a.expectPair(c.transform)
	}
	if err := a.done(); err != nil {
		return nil, err
	}
	return c, c.complete(node, perClass)
}

// complete counts the support vectors, and checks that there is what the classes
// need.
func (c *svmClassifier) complete(node Node, perClass []int64) error {
	classes := c.labels.count()
	if classes < 2 {
		return node.Invalid(fmt.Sprintf("has %d class labels, expected 2 at least", classes))
	}
	if len(perClass) == 0 {
		if len(c.rho) != 1 {
			return node.Invalid(fmt.Sprintf("has %d values of rho, expected one without support vectors", len(c.rho)))
		}
		return c.check(node, classes)
	}
	c.starts = []int{0}
	for class, n := range perClass {
		if n < 0 || int(n) > len(c.vectors) {
			return node.Invalid(fmt.Sprintf("has %d support vectors of class %d in %d values", n, class, len(c.vectors)))
		}
		c.count += int(n)
		c.starts = append(c.starts, c.count)
	}
	pairs := classes * (classes - 1) / 2
	proba := len(c.probA)
	if len(perClass) != classes || c.count == 0 || len(c.rho) != pairs || len(c.probB) != proba || proba != 0 && proba != pairs {
		return node.Invalid(fmt.Sprintf("has %d vectors_per_class with %d vectors, %d rho, %d prob_a and %d prob_b for %d classes, which are %d pairs",
			len(perClass), c.count, len(c.rho), proba, len(c.probB), classes, pairs))
	}
	return c.check(node, classes-1)
}

func (*svmClassifier) keepsRows(inputs, _ []Value, _ []bool) bool { return perRow(inputs) }

// coefficientRows is what machine wants to know.
func (c *svmClassifier) coefficientRows() int {
	if c.count == 0 {
		return c.labels.count()
	}
	return c.labels.count() - 1
}

// scores returns how many a row gets.
func (c *svmClassifier) scores() int {
	if c.count == 0 || len(c.probA) > 0 {
		return c.labels.count()
	}
	return max(len(c.rho), 2)
}

// Infer returns the labels [N] and the scores.
func (c *svmClassifier) Infer(inputs []Value) ([]Value, error) {
	x, err := wideTableOf(inputs, c.features(c.coefficientRows()))
	if err != nil {
		return nil, err
	}
	return c.labels.outputs(x.rows, c.scores())
}

// Compile makes room for a row.
func (c *svmClassifier) Compile(inputs, _ []Value) (Run, error) {
	x, err := tableOf(inputs)
	if err != nil {
		return nil, err
	}
	reader, contest, room := newRowReader[float32](x, x.features, 1), c.newContest(), make([]float32, c.scores())
	return func(in, out []domain.Tensor) {
		for i := range x.rows {
			row, _ := reader.read(in[0], i, 1)
			scores := rowOf(second(out), i, room)
			if c.count == 0 {
				c.labels.put(out[0], i, c.each(scores, row))
			} else {
				c.labels.put(out[0], i, c.compete(contest, scores, row))
			}
		}
	}, nil
}

// each writes a score for each class and returns the class to name.
func (c *svmClassifier) each(scores, row []float32) int {
	for class := range scores {
		scores[class] = float32(kernels.Dot(row, c.coefficients[class*len(row):]) + float64(c.rho[0]))
	}
	best := kernels.Highest(scores)
	if len(scores) == 2 && len(c.probA) == 0 && (c.positive && scores[best] >= 0.5 || !c.positive && scores[best] > 0) {
		best = 1
	}
	kernels.TransformRow(c.transform, scores)
	return best
}

// contest is the scratch memory for the pairs of classes.
type contest struct {
	alike []float32 // to each support vector
	pairs []float32 // the score of each pair
	wins  []int     // of each class
	proba []float32 // of class i against j
	q, qp []float32
}

func (c *svmClassifier) newContest() contest {
	if c.count == 0 {
		return contest{}
	}
	n := c.labels.count()
	made := contest{alike: make([]float32, c.count), pairs: make([]float32, len(c.rho)), wins: make([]int, n)}
	if len(c.probA) > 0 {
		made.proba, made.q, made.qp = make([]float32, n*n), make([]float32, n*n), make([]float32, n)
	}
	return made
}

// compete writes the scores of a row and returns the class that wins.
func (c *svmClassifier) compete(m contest, scores, row []float32) int {
	c.kernel.Apply(m.alike, row, c.vectors)
	clear(m.wins)
	pair := 0
	for i := range m.wins {
		for j := i + 1; j < len(m.wins); j++ {
			sum := c.side(m, j-1, i) + c.side(m, i, j) + float64(c.rho[pair])
			m.pairs[pair] = float32(sum)
			if sum > 0 {
				m.wins[i]++
			} else {
				m.wins[j]++
			}
			pair++
		}
	}
	c.finish(m, scores)
	best := 0
	for class, n := range m.wins {
		if n > m.wins[best] {
			best = class
		}
	}
	return best
}

// side returns what the support vectors of a class say, by a row of coefficients.
func (c *svmClassifier) side(m contest, row, class int) float64 {
	from, to := c.starts[class], c.starts[class+1]
	return kernels.Dot(m.alike[from:to], c.coefficients[row*c.count+from:])
}

func (c *svmClassifier) finish(m contest, scores []float32) {
	switch {
	case len(c.probA) > 0:
		c.couple(m, scores)
	case len(m.pairs) == 1 && (c.transform == kernels.NoTransform || c.transform == kernels.LogisticTransform):
		kernels.Opposite(scores, m.pairs[0], c.transform == kernels.LogisticTransform)
		return
	case len(m.pairs) == 1:
		kernels.Complement(scores, m.pairs[0])
		return
	default:
		copy(scores, m.pairs)
	}
	kernels.TransformRow(c.transform, scores)
}

// couple makes probabilities of the classes out of the scores of the pairs.
func (c *svmClassifier) couple(m contest, scores []float32) {
	const least = 1e-7
	n, pair := len(scores), 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			p := float32(1 - kernels.Logistic(float64(m.pairs[pair]*c.probA[pair]+c.probB[pair])))
			p = min(max(p, least), 1-least)
			m.proba[i*n+j], m.proba[j*n+i] = p, 1-p
			pair++
		}
	}
	kernels.Couple(scores, m.proba, m.q, m.qp)
}
