package serving

import (
	"cmp"
	"slices"
	"strings"
)

// compareVersions orders versions as people do: numbers within them by their
// value, so that 9 comes before 10 and 1.9.0 before 1.10.0, and the rest by its
// bytes.
func compareVersions(a, b string) int {
	left, right := a, b
	for left != "" && right != "" {
		var x, y string
		if isDigit(left[0]) && isDigit(right[0]) {
			x, left = cutNumber(left)
			y, right = cutNumber(right)
			if order := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); order != 0 {
				return order
			}
			continue
		}
		if left[0] != right[0] {
			return cmp.Compare(left[0], right[0])
		}
		left, right = left[1:], right[1:]
	}
	return cmp.Or(cmp.Compare(len(left), len(right)), strings.Compare(a, b)) // 01 and 1 are two versions
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// cutNumber returns the digits at the beginning, without leading zeros, and what
// follows them.
func cutNumber(s string) (number, rest string) {
	end := 0
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	return strings.TrimLeft(s[:end], "0"), s[end:]
}

// inOrder returns versions oldest first, each once.
func inOrder(versions []string) []string {
	return slices.Compact(slices.SortedFunc(slices.Values(versions), compareVersions))
}

// abridged cuts a name that came from outside to a length that fits a message.
func abridged(name string) string {
	const most = 100
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "..."
	}
	return name
}
