package worker

import "strings"

// tail keeps the end of what is written to it.
type tail struct{ text []byte }

const tailLength = 1 << 16

func (t *tail) Write(data []byte) (int, error) {
	t.text = append(t.text, data...)
	t.text = t.text[max(0, len(t.text)-tailLength):]
	return len(data), nil
}

// cause returns the line that says why a program failed: where a Go program
// panicked, or else the last one, as Python has it.
func (t *tail) cause() string {
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	for _, line := range lines {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return line
		}
	}
	return lines[len(lines)-1]
}
