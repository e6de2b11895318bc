package graph

import (
	"sync"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// memo keeps the weights that were folded, so that all plans share them.
type memo struct {
	mu      sync.Mutex
	tensors map[string]domain.Tensor
}

// get returns the tensor of a name, which it makes at the first call.
func (m *memo) get(name string, fold func() domain.Tensor) domain.Tensor {
	m.mu.Lock()
	defer m.mu.Unlock()
	tensor, ok := m.tensors[name]
	if !ok {
		tensor = fold()
		if m.tensors == nil {
			m.tensors = map[string]domain.Tensor{}
		}
		m.tensors[name] = tensor
	}
	return tensor
}

// foldBatchNormalizations multiplies a batch normalisation into the weights of
// the convolution in front of it.
func foldBatchNormalizations(p *program) error {
	p.fuse(func(producers []*step, s *step) (joined, replaced *step) {
		norm, ok := s.operator.(*operator.BatchNormalization)
		if !ok || producers[0] == nil || len(s.outputs) != 1 {
			return nil, nil
		}
		maker := producers[0]
		conv, ok := maker.operator.(*operator.Conv)
		if !ok || conv.HasClamp() || conv.HasResidual() {
			return nil, nil
		}
		scale, shift, ok := norm.ScaleShift(p.valuesOf(s.inputs))
		weights, bias, constant := p.convolutionWeights(maker)
		if !ok || !constant {
			return nil, nil
		}
		inputs := []string{maker.inputs[0], maker.outputs[0] + "/folded weights", maker.outputs[0] + "/folded bias"}
		p.values[inputs[1]] = known(p.folded.get(inputs[1], func() domain.Tensor { return scaleFilters(weights, scale) }))
		p.values[inputs[2]] = known(p.folded.get(inputs[2], func() domain.Tensor { return foldBias(bias, scale, shift) }))
		return maker.joined(s, conv, inputs), maker
	})
	return nil
}

// convolutionWeights returns a convolution's weights and bias, the latter nil
// where it has none, and whether they are constants.
func (p *program) convolutionWeights(s *step) (weights domain.Tensor, bias []float32, ok bool) {
	w := p.values[s.inputs[1]]
	if !w.Known() || w.Datatype != domain.FP32 {
		return domain.Tensor{}, nil, false
	}
	if len(s.inputs) > 2 && s.inputs[2] != "" {
		b := p.values[s.inputs[2]]
		if !b.Known() {
			return domain.Tensor{}, nil, false
		}
		bias, _ = domain.Data[float32](b.Const)
	}
	return w.Const, bias, true
}

// scaleFilters multiplies each filter (axis 0) by its scale.
func scaleFilters(weights domain.Tensor, scale []float32) domain.Tensor {
	scaled := weights.Clone()
	values, _ := domain.Data[float32](scaled)
	size := len(values) / len(scale)
	for i := range values {
		values[i] *= scale[i/size]
	}
	return scaled
}

// foldBias returns bias*scale + shift; a nil bias is zero.
func foldBias(bias, scale, shift []float32) domain.Tensor {
	folded := make([]float32, len(scale))
	for i := range folded {
		sum := float64(shift[i])
		if bias != nil {
			sum += float64(bias[i]) * float64(scale[i])
		}
		folded[i] = float32(sum)
	}
	tensor, _ := domain.NewTensor(domain.Shape{len(folded)}, folded)
	return tensor
}
