//go:build documents && unix

package readme

import (
	"os"
	"strings"
)

// updates are what blocks of a document are to show instead of what they do, by the
// lines of their fences.
type updates map[int]update

type update struct{ lines, printed string }

func (u *updates) note(block Block, printed string) {
	if *u == nil {
		*u = updates{}
	}
	(*u)[block.Line] = update{block.Text, strings.TrimSpace(printed) + "\n"}
}

// write writes a document with what has been noted.
func (u updates) write(document, text string) error {
	lines := strings.SplitAfter(text, "\n")
	for line, update := range u {
		for i := range strings.Count(update.lines, "\n") {
			lines[line+i] = "" // from the one below the fence on
		}
		lines[line] = update.printed + lines[line]
	}
	changed := strings.Join(lines, "")
	if changed == text {
		return nil
	}
	return os.WriteFile(document, []byte(changed), 0o600)
}
