package term

// Style is what a piece of text is, which its colour follows from.
type Style string

// The styles.
const (
	Strong Style = "1"  // titles, names
	Faint  Style = "2"  // what is beside the point
	Good   Style = "32" // passed, ready
	Bad    Style = "31" // failed
	Notice Style = "33" // worth a look
	Link   Style = "36" // addresses, lines to copy
)

// Paint gives text its colour, if the screen shows any. The words stay the same.
func (s *Screen) Paint(style Style, text string) string {
	if !s.colours || text == "" {
		return text
	}
	return "\x1b[" + string(style) + "m" + text + "\x1b[0m"
}

// Titles returns the titles of columns, painted as such.
func (s *Screen) Titles(titles ...string) []string {
	painted := make([]string, len(titles))
	for i, title := range titles {
		painted[i] = s.Paint(Strong, title)
	}
	return painted
}
