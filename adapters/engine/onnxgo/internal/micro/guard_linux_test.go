package micro_test

import (
	"runtime/debug"
	"syscall"
	"testing"
	"unsafe"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// guarded is memory between two pages that can be neither read nor written: it
// touches the one behind it, or the one before it.
func guarded(atEnd bool) memory {
	return func(tb testing.TB, n int) (all []float32, first int) {
		tb.Helper()
		page := syscall.Getpagesize()
		inner := (4*n + page - 1) / page * page
		mapped, err := syscall.Mmap(-1, 0, inner+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() {
			if err := syscall.Munmap(mapped); err != nil {
				tb.Error(err)
			}
		})
		for _, guard := range [][]byte{mapped[:page], mapped[page+inner:]} {
			if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
				tb.Fatal(err)
			}
		}
		all = unsafe.Slice((*float32)(unsafe.Pointer(&mapped[page])), inner/4)
		if atEnd {
			return all, len(all) - n
		}
		return all, 0
	}
}

// eachGuard calls check with memory of either kind, and fails if it is left.
func eachGuard(t *testing.T, check func(t *testing.T, m memory)) {
	t.Helper()
	for _, atEnd := range []bool{true, false} {
		t.Run(map[bool]string{true: "end", false: "beginning"}[atEnd], func(t *testing.T) {
			defer failOnFault(t)()
			check(t, guarded(atEnd))
		})
	}
}

// failOnFault makes a fault a failure of the test, until what it returns is
// called by defer.
func failOnFault(t *testing.T) func() {
	t.Helper()
	old := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(old)
		if fault := recover(); fault != nil {
			t.Fatalf("%v\n%s", fault, debug.Stack())
		}
	}
}

func TestTilesStayWithinTheirOperands(t *testing.T) {
	eachTileKernel(t, func(t *testing.T, k tileKernel) {
		r := k.generator(4)
		eachGuard(t, func(t *testing.T, m memory) {
			for i := range 2 {
				randomTileCase(t, m, r, k, 3*i).check(t) // with residual and clamp, and without
			}
		})
	})
}

func TestTransformsStayWithinTheirOperands(t *testing.T) {
	eachWinogradKernel(t, func(t *testing.T, k winogradKernel) {
		eachGuard(t, func(t *testing.T, m memory) { checkTransforms(t, m, k) })
	})
}

func TestRowsStayWithinTheirOperands(t *testing.T) {
	eachRowKernel(t, func(t *testing.T, k rowKernel) {
		eachGuard(t, func(t *testing.T, m memory) { checkRows(t, m, k) })
	})
}

func TestWindowsStayWithinTheirOperands(t *testing.T) {
	for _, set := range micro.Available() {
		t.Run(set.Name, func(t *testing.T) {
			eachGuard(t, func(t *testing.T, m memory) { checkWindows(t, m, set) })
		})
	}
}

// TestEmptyWindows are not read, and there need be nothing.
func TestEmptyWindows(t *testing.T) {
	for _, set := range micro.Available() {
		for name, a := range map[string]micro.Window{
			"no rows":    {Columns: 2, RowStride: 64, ColumnStride: 64},
			"no columns": {Rows: 2, RowStride: 64, ColumnStride: 64},
			"nothing":    {RowStride: 64, ColumnStride: 64},
		} {
			t.Run(set.Name+"/"+name, func(t *testing.T) {
				defer failOnFault(t)()
				newWindowCase(t, heap, generator(13), set, a).check(t)
			})
		}
	}
}
