package serving

import "testing"

func TestVersionsInOrder(t *testing.T) {
	order := []string{"", "-1", "1", "1.9.0", "1.10.0", "1.10.0-rc1", "2", "02", "9", "10", "20250101", "a", "a9", "a10", "v1"}
	order[6], order[7] = "02", "2" // the same number: by their bytes
	for i, a := range order {
		for j, b := range order {
			got := compareVersions(a, b)
			if (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%q and %q compare as %d", a, b, got)
			}
		}
	}
}
