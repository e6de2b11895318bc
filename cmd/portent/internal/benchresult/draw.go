package benchresult

import (
	_ "embed" // the styles
	"fmt"
	"html"
	"io"
	"strings"
)

//go:embed chart.css
var chartStyle string

//go:embed page.css
var pageStyle string

// markup is a text that is being written. It is no template: with one, the linker
// would keep all methods of the program.
type markup struct{ strings.Builder }

// add writes a format, with the texts among its arguments escaped.
func (m *markup) add(format string, args ...any) {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = html.EscapeString(text)
		}
	}
	fmt.Fprintf(m, format, args...)
}

// style writes a style sheet as it is.
func (m *markup) style(sheet string) { fmt.Fprintf(m, "<style>\n%s</style>\n", sheet) }

// SVG writes a chart that stands for itself: no script, nothing from elsewhere, light
// or dark as the reader's system is.
func (d *Document) SVG(w io.Writer) error {
	var m markup
	d.chart().draw(&m)
	_, err := io.WriteString(w, m.String())
	return err
}

// HTML writes a page with the chart and all figures.
func (d *Document) HTML(w io.Writer) error {
	var table strings.Builder
	if err := d.Table(&table); err != nil {
		return err
	}
	var m markup
	m.add("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
	m.add("<meta name=\"color-scheme\" content=\"light dark\">\n<title>%s</title>\n", d.title())
	m.style(pageStyle)
	m.add("<main>\n<h1>%s</h1>\n", d.title())
	for _, line := range d.Header() {
		m.add("<p>%s</p>\n", line)
	}
	d.chart().draw(&m)
	m.add("<pre tabindex=\"0\" aria-label=\"All figures\">%s</pre>\n</main>\n</html>\n", table.String())
	_, err := io.WriteString(w, m.String())
	return err
}

func (c *chart) draw(m *markup) {
	m.add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"bench-title bench-desc\">\n", c.Width, c.Height)
	m.add("<title id=\"bench-title\">%s</title>\n<desc id=\"bench-desc\">%s</desc>\n", c.Title, c.Description)
	m.style(chartStyle)
	m.add("<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", c.Width, c.Height)
	c.drawAxes(m)
	for _, line := range c.Lines {
		line.draw(m, c.Left)
	}
	m.add("</svg>\n")
}

func (c *chart) drawAxes(m *markup) {
	m.add("<g aria-hidden=\"true\">\n")
	for _, row := range c.Rows {
		m.add("<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%v\" y2=\"%v\"/>", c.Left, c.Right, row.At, row.At)
		m.add("<text x=\"%d\" dx=\"-8\" y=\"%v\" dy=\"4\" text-anchor=\"end\">%s</text>\n", c.Left, row.At, row.Text)
	}
	for _, column := range c.Columns {
		m.add("<line class=\"grid\" x1=\"%v\" x2=\"%v\" y1=\"%d\" y2=\"%d\"/>", column.At, column.At, c.Top, c.Bottom)
		m.add("<text x=\"%v\" y=\"%d\" dy=\"18\" text-anchor=\"middle\">%s</text>\n", column.At, c.Bottom, column.Text)
	}
	m.add("<text x=\"%d\" y=\"%d\" dy=\"-12\">%s; at each point its concurrency</text>\n", c.Left, c.Top, c.YName)
	m.add("<text x=\"%d\" y=\"%d\" dy=\"38\" text-anchor=\"end\">%s</text>\n</g>\n", c.Right, c.Bottom, c.XName)
}

func (l chartLine) draw(m *markup, left int) {
	m.add("<g>\n<path class=\"line s%d %s\" d=\"%s\"/>\n", l.Colour, l.Percentile, l.Path)
	for _, p := range l.Points {
		m.add("<circle class=\"s%d\" cx=\"%v\" cy=\"%v\" r=\"4\"><title>%s</title></circle>", l.Colour, p.X, p.Y, p.Tip)
		m.add("<text class=\"small\" x=\"%v\" y=\"%v\" dx=\"7\" dy=\"-6\">%s</text>\n", p.X, p.Y, p.Text)
	}
	m.add("<path class=\"line s%d %s\" d=\"M%d %dh36\"/>", l.Colour, l.Percentile, left, l.LegendY)
	m.add("<text x=\"%d\" dx=\"46\" y=\"%d\" dy=\"4\">%s</text>\n</g>\n", left, l.LegendY, l.Name)
}
