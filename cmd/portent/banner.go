package main

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/dustin/go-humanize/english"

	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// banner is what a person sees when the server is ready.
type banner struct {
	*offer
	url   string // of the HTTP server; empty if there is none
	grpc  string // address of the gRPC server; empty if there is none
	admin string // address for operators; empty if there is none
	took  time.Duration

	screen *term.Screen // where it is written to
}

func newBanner(o *offer, list servers, scheme string, took time.Duration) banner {
	b := banner{offer: o, took: took}
	if addr := list.find(nameHTTP); addr != nil {
		b.url = scheme + "://" + reachable(addr)
	}
	if addr := list.find(nameGRPC); addr != nil {
		b.grpc = reachable(addr)
	}
	if addr := list.find(nameAdmin); addr != nil {
		b.admin = reachable(addr)
	}
	return b
}

// writeTo writes the banner.
func (b banner) writeTo(screen *term.Screen) error {
	var text bytes.Buffer
	b.screen = screen
	if b.chosen != nil {
		b.writeModel(&text)
	} else {
		b.writeModels(&text)
	}
	b.line(&text, "ready", "in %d ms", b.took.Milliseconds())
	fmt.Fprintln(&text)
	if b.url != "" {
		b.line(&text, "predict", "%s", screen.Paint(term.Link, b.example()))
		b.line(&text, "browse", "%s/", b.url)
		b.line(&text, "openapi", "%s/openapi.json", b.url)
		b.line(&text, "inference", "%s/v2", b.url)
		b.line(&text, "metrics", "%s%s", b.url, metricsPath)
	}
	if b.grpc != "" {
		b.line(&text, "grpc", "%s", b.grpc)
	}
	if b.admin != "" {
		b.line(&text, "admin", "%s", b.admin)
	}
	b.line(&text, "stop", "Ctrl+C")
	fmt.Fprintln(&text)
	_, err := text.WriteTo(screen)
	return err
}

// line writes a name and what belongs to it, in columns.
func (b banner) line(text *bytes.Buffer, name, format string, args ...any) {
	fmt.Fprintf(text, "  %s %s\n", b.screen.Paint(styleOf(name), term.Pad(name, 10)), fmt.Sprintf(format, args...))
}

func styleOf(name string) term.Style {
	if name == nameFailed {
		return term.Bad
	}
	return term.Strong
}

const nameFailed = "FAILED"

// writeModel tells of the one model.
func (b banner) writeModel(text *bytes.Buffer) {
	card, meta, signature := b.chosen.Card, b.chosen.Model.Metadata(), b.chosen.Model.Signature()
	fmt.Fprintf(text, "portent %s serves %s, version %s\n\n", versionNumber(), b.screen.Paint(term.Strong, card.Name), card.Version)
	about := []string{b.chosen.folder.Source}
	if card.SHA256 != "" {
		about = append(about, fmt.Sprintf("sha256 %.12s", card.SHA256))
	}
	b.line(text, "model", "%s", strings.Join(append(about, origin(meta)...), ", "))
	for _, input := range signature.Inputs {
		b.line(text, "input", "%v", input)
	}
	for _, output := range signature.Outputs {
		label := ""
		if c := b.chosen.Classifier; c != nil && c.Scores().Name == output.Name {
			label = labelText(card.Labels)
		}
		b.line(text, "output", "%v%s", output, label)
	}
	b.line(text, "self-test", "%s", b.selfTest)
	b.line(text, "engine", "%s on %s", meta.Engine, meta.Device)
}

// writeModels tells of the models of a folder.
func (b banner) writeModels(text *bytes.Buffer) {
	names := b.repository.Names()
	fmt.Fprintf(text, "portent %s serves %s\n\n", versionNumber(), english.Plural(len(names), "model", ""))
	for _, name := range names {
		note := ""
		if name == b.repository.Default() {
			note = ", the default one"
		}
		b.line(text, "model", "%s, version %s%s", name, strings.Join(b.repository.Versions(name), ", "), note)
	}
	for _, status := range b.failed {
		b.line(text, nameFailed, "%s, version %s: %s", status.Name, status.Version, status.Reason)
	}
}

// selfTest says how a model's self-test ended.
func selfTest(results []serving.Result, tolerance float64) string {
	if len(results) == 0 {
		return "none: the model came without test vectors"
	}
	worst := 0.0
	for _, r := range results {
		worst = max(worst, r.MaxRel)
	}
	return fmt.Sprintf("passed, %s, largest difference %.2g (%g allowed)", english.Plural(len(results), "vector", ""), worst, tolerance)
}

// example returns a line to copy that makes a prediction, or shows the way to one.
func (b banner) example() string {
	served, release, err := b.repository.Acquire("", "")
	if err != nil {
		return "curl " + b.url + "/v2"
	}
	defer release()
	switch {
	case served.Classifier == nil:
		return fmt.Sprintf("curl %s/v2/models/%s", b.url, url.PathEscape(served.Name))
	case served.Card.Preprocessor == nil:
		return fmt.Sprintf(`curl --data-binary @tensor.bin -H "Content-Type: application/octet-stream" %s/predict`, b.url)
	}
	picture := "picture.png"
	if b.chosen != nil && b.chosen.folder.Sample != "" {
		picture = filepath.Join(b.chosen.folder.Directory, b.chosen.folder.Sample)
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

func origin(meta domain.Metadata) []string {
	parts := make([]string, 0, 3)
	for _, opset := range meta.Opsets {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s opset %d", opset.Domain, opset.Version)))
	}
	if meta.Producer != "" {
		parts = append(parts, "made by "+meta.Producer)
	}
	return parts
}

// reachable returns where a person on this machine reaches a listener, as
// host:port.
func reachable(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err != nil || ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
