package blocked

// recompute computes the pictures directly of which some result was not finite.
// A tile of Winograd's method mixes all that is in it: one element that is not
// finite, or so large that its transform is not, spoils outputs whose windows do
// not contain it. In a sum of products it does not. Whether a picture is computed
// again depends on itself alone, not on the batch or the threads.
func (w *winogradConv) recompute() {
	for picture := range w.strange {
		if !w.strange[picture].Swap(false) {
			continue
		}
		if w.direct == nil {
			w.direct = newDirectConv(w.Conv)
		}
		d, weights := w.direct, w.data.weights
		w.data.weights = weights.unmixed(w.Set, w.Geometry)
		parts := d.parts() / w.Geometry.Batch
		w.Team.Do(parts, func(part, worker int) { d.part(picture*parts+part, worker) })
		w.data.weights = weights
	}
}
