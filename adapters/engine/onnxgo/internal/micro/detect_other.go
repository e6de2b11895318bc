//go:build !amd64 || noasm

package micro

// available returns the sets that this processor can run, the fastest first.
func available() []*Set { return []*Set{generic} }

func pause() {}
