package jsontensor

// nearest returns the one of known that is at most two typing mistakes away from
// key, empty if there is none.
func nearest(key string, known []string) string {
	best, bestDistance := "", 3
	for _, k := range known {
		if distance := editDistance(key, k); distance < bestDistance && distance < len(k) {
			best, bestDistance = k, distance
		}
	}
	return best
}

// editDistance returns how many bytes must be inserted, left out or replaced to
// make b of a.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
