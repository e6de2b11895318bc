package operator

import (
	"fmt"
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// depthModeOf reads the order in which channels stand for the elements of a
// block: DCR if the element varies slower than the channel, CRD if faster.
func depthModeOf(a *attributes, since int) (block int, crd bool) {
	block = a.int("blocksize", 0)
	a.expect(block > 0 && block < math.MaxInt32, "blocksize", "is not a size")
	if a.node.Opset >= since {
		mode := a.text("mode", "DCR")
		a.expect(mode == "DCR" || mode == "CRD", "mode", "is not supported")
		crd = mode == "CRD"
	}
	return block, crd
}

func parseDepthToSpace(node Node) (Operator, error) {
	a := attributesOf(node)
	block, crd := depthModeOf(a, 11)
	return &selection{plan: func(in []Value) (picks, error) { return depthToSpace(in[0].Shape, block, crd) }}, a.done()
}

// depthToSpace moves channels into blocks of block x block elements.
func depthToSpace(from domain.Shape, block int, crd bool) (picks, error) {
	if len(from) != 4 || from[1]%(block*block) != 0 {
		return picks{}, misshapen("input", from, fmt.Sprintf("[N,C,H,W] with a multiple of %d channels", block*block))
	}
	if err := checkShape(domain.Shape{from[2], from[3], block, block}); err != nil {
		return picks{}, err
	}
	depth := from[1] / (block * block)
	shape := domain.Shape{from[0], depth, from[2] * block, from[3] * block}
	return picks{shape, func() [][]kernels.Stretch {
		step := stridesOf(from)
		channel, down, right := step[1], block*depth*step[1], depth*step[1]
		if crd {
			channel, down, right = block*block*step[1], block*step[1], step[1]
		}
		return grid(kernels.Span{Length: from[0], Step: step[0]}, kernels.Span{Length: depth, Step: channel},
			kernels.Span{Length: from[2], Step: step[2]}, kernels.Span{Length: block, Step: down},
			kernels.Span{Length: from[3], Step: step[3]}, kernels.Span{Length: block, Step: right})
	}}, nil
}

func parseSpaceToDepth(node Node) (Operator, error) {
	a := attributesOf(node)
	block, crd := depthModeOf(a, 28)
	return &selection{plan: func(in []Value) (picks, error) { return spaceToDepth(in[0].Shape, block, crd) }}, a.done()
}

// spaceToDepth moves the elements of blocks into channels.
func spaceToDepth(from domain.Shape, block int, crd bool) (picks, error) {
	if len(from) != 4 || from[2]%block != 0 || from[3]%block != 0 {
		return picks{}, misshapen("input", from, fmt.Sprintf("[N,C,H,W] with H and W multiples of %d", block))
	}
	shape := domain.Shape{from[0], from[1], from[2] / block, from[3] / block}
	if err := checkShape(domain.Shape{from[0], from[1], block, block}); err != nil {
		return picks{}, err
	}
	shape[1] *= block * block
	return picks{shape, func() [][]kernels.Stretch {
		step := stridesOf(from)
		channels := kernels.Span{Length: from[1], Step: step[1]}
		down, right := kernels.Span{Length: block, Step: step[2]}, kernels.Span{Length: block, Step: step[3]}
		depth := []kernels.Span{down, right, channels}
		if crd {
			depth = []kernels.Span{channels, down, right}
		}
		return grid(kernels.Span{Length: from[0], Step: step[0]}, depth[0], depth[1], depth[2],
			kernels.Span{Length: shape[2], Step: block * step[2]}, kernels.Span{Length: shape[3], Step: block * step[3]})
	}}, nil
}

// grid picks along evenly spaced axes.
func grid(spans ...kernels.Span) [][]kernels.Stretch {
	axes := make([][]kernels.Stretch, len(spans))
	for i, s := range spans {
		axes[i] = []kernels.Stretch{{Length: s.Length, Step: s.Step}}
	}
	return axes
}
