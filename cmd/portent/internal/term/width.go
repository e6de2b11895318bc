package term

import (
	"strings"

	"github.com/rivo/uniseg"
)

// Width returns how many columns a text takes, colours left out.
func Width(text string) int { return uniseg.StringWidth(plain(text)) }

// Pad fills a text up with blanks, on the right.
func Pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-Width(text)))
}

// PadLeft fills a text up with blanks, on the left, as numbers are.
func PadLeft(text string, width int) string {
	return strings.Repeat(" ", max(0, width-Width(text))) + text
}

// Cut shortens a text without colours to so many columns. It keeps the end, since
// that is where paths differ.
func Cut(text string, width int) string {
	if Width(text) <= width {
		return text
	}
	const mark = "..."
	rest, state := text, -1
	for room := max(0, width-len(mark)); rest != "" && Width(rest) > room; {
		_, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
	}
	return mark[:min(len(mark), max(0, width))] + rest
}

// plain returns a text without colours.
func plain(text string) string {
	if !strings.Contains(text, "\x1b[") {
		return text
	}
	var bare strings.Builder
	for {
		before, rest, found := strings.Cut(text, "\x1b[")
		bare.WriteString(before)
		if !found {
			return bare.String()
		}
		_, text, _ = strings.Cut(rest, "m")
	}
}

// Printable returns a text with what would steer the terminal made visible: names
// of files can hold anything.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '\ufffd'
		}
		return r
	}, text)
}
