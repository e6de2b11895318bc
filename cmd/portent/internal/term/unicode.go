package term

// Unicode reports whether letters beyond ASCII are shown.
func (s *Screen) Unicode() bool { return s.unicode }
