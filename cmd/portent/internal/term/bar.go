package term

import (
	"math"
	"strings"
)

// eighths are blocks that fill one to seven eighths of a column.
var eighths = []string{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"}

// Bar returns a bar that fills a share, 0 to 1, of so many columns, blanks
// included.
func (s *Screen) Bar(share float64, width int) string {
	if math.IsNaN(share) {
		share = 0
	}
	filled := int(math.Round(min(max(share, 0), 1) * float64(width) * 8))
	if share > 0 {
		filled = max(filled, 1)
	}
	if !s.unicode {
		return Pad(strings.Repeat("#", (filled+4)/8), width)
	}
	return Pad(strings.Repeat("█", filled/8)+eighths[filled%8], width)
}
