package report

import "testing"

func TestSteps(t *testing.T) {
	for _, test := range []struct{ v, below, above float64 }{
		{1, 0.5, 2}, {3, 2, 5}, {7, 5, 10}, {20, 10, 50}, {0.3, 0.2, 0.5},
	} {
		if below, above := stepBelow(test.v), stepAbove(test.v); below != test.below || above != test.above {
			t.Errorf("%v lies between %v and %v, expected %v and %v", test.v, below, above, test.below, test.above)
		}
	}
	var labels string
	for _, tick := range (steps{}).Ticks(0.5, 20) {
		labels += tick.Label + " "
	}
	if labels != "0.5 1 2 5 10 20 " {
		t.Errorf("marks %s, expected 0.5 to 20", labels)
	}
}
