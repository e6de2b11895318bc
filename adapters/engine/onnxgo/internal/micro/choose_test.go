package micro_test

import (
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

func TestChoose(t *testing.T) {
	sets := micro.Available()
	if first, err := micro.Choose(""); err != nil || first != sets[0] {
		t.Errorf("no name gives %v, %v, expected %s", first, err, sets[0].Name)
	}
	for _, set := range sets {
		if chosen, err := micro.Choose(set.Name); err != nil || chosen != set {
			t.Errorf("%s gives %v, %v", set.Name, chosen, err)
		}
	}
}

func TestChooseRefusesWhatIsNotThere(t *testing.T) {
	for _, name := range []string{"sse9", "AVX512", "generic ", " "} {
		set, err := micro.Choose(name)
		if err == nil || set != nil {
			t.Errorf("%q gives %v, %v", name, set, err)
			continue
		}
		for _, available := range micro.Available() {
			if !strings.Contains(err.Error(), available.Name) {
				t.Errorf("%q gives %q, which does not say that there is %s", name, err, available.Name)
			}
		}
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q gives %q, which does not say what was asked for", name, err)
		}
	}
}

func TestGenericIsAlwaysThere(t *testing.T) {
	sets := micro.Available()
	if last := sets[len(sets)-1]; last != micro.Generic() || last.Name != "generic" {
		t.Errorf("the last set is %s", last.Name)
	}
	if set, err := micro.Choose("generic"); err != nil || set != micro.Generic() {
		t.Errorf("generic gives %v, %v", set, err)
	}
}

// TestSetsAreComplete is for tables that were written by hand, or generated.
func TestSetsAreComplete(t *testing.T) {
	for _, set := range micro.Available() {
		for name, there := range map[string]bool{
			"a tile of one pixel":         set.Unit[1][1] != nil && set.Unit[2][1] != nil && set.Strided[1][1] != nil && set.Strided[2][1] != nil && set.Lone[1] != nil,
			"Winograd's transforms":       set.Winograd4.Input != nil && set.Winograd4.Output != nil && set.Winograd2.Input != nil && set.Winograd2.Output != nil,
			"reductions":                  set.MaxWindow != nil && set.SumWindow != nil,
			"element-wise kernels":        set.AddRow != nil && set.ScaleShiftRow != nil && set.ClampRow != nil,
			"lanes that are whole quads":  set.Lanes > 0 && set.Lanes%4 == 0,
			"no tile of no block or size": set.Unit[0] == nil && set.Strided[0] == nil && set.Unit[1][0] == nil && set.Lone[0] == nil,
		} {
			if !there {
				t.Errorf("%s has not: %s", set.Name, name)
			}
		}
	}
}
