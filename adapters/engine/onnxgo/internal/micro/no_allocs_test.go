package micro_test

import (
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

func TestTilesDoNotAllocate(t *testing.T) {
	eachTileKernel(t, func(t *testing.T, k tileKernel) {
		c := randomTileCase(t, heap, k.generator(14), k, 3)
		checkAllocations(t, func() { k.run(&c.args) })
	})
}

func TestTransformsDoNotAllocate(t *testing.T) {
	eachWinogradKernel(t, func(t *testing.T, k winogradKernel) {
		r := generator(15)
		c := newTransformCase(t, heap, r, k, randomTransform(r, k))
		checkAllocations(t, func() { k.run(&c.args) })
	})
}

func TestRowsDoNotAllocate(t *testing.T) {
	eachRowKernel(t, func(t *testing.T, k rowKernel) {
		c := newRowCase(t, heap, generator(16), k)
		checkAllocations(t, func() { k.run(&c.args) })
	})
}

func TestWindowsDoNotAllocate(t *testing.T) {
	for _, set := range micro.Available() {
		c := newWindowCase(t, heap, generator(17), set, micro.Window{Rows: 2, RowStride: 128, Columns: 3, ColumnStride: 64})
		c.args.Out = c.sums.address() // which has room for either
		checkAllocations(t, func() {
			set.MaxWindow(&c.args)
			set.SumWindow(&c.args)
		})
	}
}

func checkAllocations(t *testing.T, run func()) {
	t.Helper()
	if n := testing.AllocsPerRun(5, run); n != 0 {
		t.Errorf("allocates %v times", n)
	}
}
