package kernels

// times returns a*b, rounded: Go may fuse a product with the sum behind it, even
// across statements, but not across a conversion. A result must not depend on the
// processor's having such an instruction.
func times[T Number](a, b T) T { return T(a * b) } //nolint:unconvert // see above
