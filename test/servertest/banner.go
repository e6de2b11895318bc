package servertest

import (
	"bufio"
	"strings"
)

// Banner is what a server prints when it is ready.
type Banner struct {
	Text  string // as it stands
	URL   string // of HTTP, without a path; empty if it is off
	GRPC  string // host:port; empty if it is off
	Admin string // host:port of the listener for operators; empty if it is off
}

// ReadBanner reads a banner and nothing after it. It reports whether the banner has
// come to its end: the server is ready then.
func ReadBanner(stdout *bufio.Reader) (b Banner, complete bool) {
	for !complete {
		line, err := stdout.ReadString('\n')
		b.Text += line
		switch name, value, _ := strings.Cut(strings.TrimSpace(line), " "); name {
		case "inference":
			b.URL = strings.TrimSuffix(strings.TrimSpace(value), "/v2")
		case "grpc":
			b.GRPC = strings.TrimSpace(value)
		case "admin":
			b.Admin = strings.TrimSpace(value)
		case "stop":
			complete = true
		}
		if err != nil {
			break
		}
	}
	return b, complete
}
