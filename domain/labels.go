package domain

import "strconv"

// Labels are the names of a classifier's classes, by class index. Nil labels
// name no class.
type Labels []string

// Of returns the label of a class, or the class number where it has none.
func (l Labels) Of(class int) string {
	if class >= 0 && class < len(l) && l[class] != "" {
		return l[class]
	}
	return strconv.Itoa(class)
}
