package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// banner is what a person sees when the server is ready.
type banner struct {
	*loaded
	results   []serving.Result
	url       string
	took      time.Duration
	tolerance float64
}

// WriteTo writes the banner.
func (b banner) WriteTo(w io.Writer) (int64, error) {
	var text bytes.Buffer
	card, meta, signature := b.Card(), b.Model().Metadata(), b.Model().Signature()
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&text, "  %-10s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&text, "portent %s serves %s, version %s\n\n", versionNumber(), card.Name, card.Version)
	line("model", "%s, sha256 %.12s, %s", b.folder.Source, card.SHA256, origin(meta))
	for _, input := range signature.Inputs {
		line("input", "%v", input)
	}
	for _, output := range signature.Outputs {
		line("output", "%v%s", output, labelText(card.Labels))
	}
	line("self-test", "%s", b.selfTest())
	line("engine", "%s on %s", meta.Engine, meta.Device)
	line("ready", "in %d ms", b.took.Milliseconds())
	fmt.Fprintln(&text)
	line("predict", "%s", b.example())
	line("browse", "%s/swagger/index.html", b.url)
	line("openapi", "%s/openapi.json", b.url)
	line("stop", "Ctrl+C")
	fmt.Fprintln(&text)
	return text.WriteTo(w)
}

func (b banner) selfTest() string {
	if len(b.results) == 0 {
		return "none: the model came without test vectors"
	}
	worst := 0.0
	for _, r := range b.results {
		worst = max(worst, r.MaxRel)
	}
	return fmt.Sprintf("passed, %d vectors, largest difference %.2g (%g allowed)", len(b.results), worst, b.tolerance)
}

// example returns a line to copy that makes a prediction.
func (b banner) example() string {
	if b.Card().Preprocessor == nil {
		return fmt.Sprintf(`curl --data-binary @tensor.bin -H "Content-Type: application/octet-stream" %s/predict`, b.url)
	}
	picture := "picture.png"
	if b.folder.Sample != "" {
		picture = filepath.Join(b.folder.Directory, b.folder.Sample)
	}
	return fmt.Sprintf("curl -F image=@%s %s/predict", picture, b.url)
}

// labelText names the first and last of a model's labels.
func labelText(labels domain.Labels) string {
	if len(labels) == 0 {
		return ", no labels"
	}
	return fmt.Sprintf(", %d labels: %s ... %s", len(labels), labels[0], labels[len(labels)-1])
}

func origin(meta domain.Metadata) string {
	parts := make([]string, 0, 3)
	for _, opset := range meta.Opsets {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s opset %d", opset.Domain, opset.Version)))
	}
	if meta.Producer != "" {
		parts = append(parts, "made by "+meta.Producer)
	}
	return strings.Join(parts, ", ")
}

// urlOf returns where a person on this machine reaches a listener.
func urlOf(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err != nil || ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
