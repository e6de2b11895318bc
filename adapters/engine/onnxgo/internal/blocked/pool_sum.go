package blocked

import (
	"unsafe"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// sum adds up the window that the arguments say, in float64.
func (w *poolWorker) sum(set *micro.Set) {
	w.args.Out = (*float32)(unsafe.Pointer(&w.sums[0]))
	set.SumWindow(&w.args)
}
