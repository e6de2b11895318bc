package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestLRNAgainstONNXRuntime(t *testing.T) {
	checkGolden(t, []golden{
		{"defaults", "LRN", 7, attrs(whole("size", 3)), shapes{{1, 4, 1, 2}},
			domain.Shape{1, 4, 1, 2}, []float32{-0.7499848, 0.9999359, -0.4999891, 1.24985, -0.2499981, 1.499773, 0, -1.499831}},
		{"all", "LRN", 13, attrs(whole("size", 3), decimal("alpha", 2.0), decimal("beta", 0.5), decimal("bias", 1.5)), shapes{{1, 4, 1, 2}},
			domain.Shape{1, 4, 1, 2}, []float32{-0.5248907, 0.5582905, -0.3464102, 0.5760715, -0.191273, 0.6371931, 0, -0.7071068}},
	})
}

func TestLRNRefuses(t *testing.T) {
	_, err := Parse(heavyNode("LRN", 13, 1))
	checkRefused(t, err, domain.Unsupported, `node "n" (LRN)`, "size (left out)")
	_, err = Parse(heavyNode("LRN", 13, 1, whole("size", -3)))
	checkRefused(t, err, domain.Unsupported, "size = -3")
	checkRefused(t, inferring(t, heavyNode("LRN", 13, 1, whole("size", 3)), domain.Shape{4}), domain.Invalid, "input X has shape [4]")
}
