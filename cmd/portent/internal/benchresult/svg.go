package benchresult

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// The chart's measures, in pixels.
const (
	chartWidth, chartHeight                  = 860, 460
	left, right, top, bottom                 = 76, 24, 28, 56
	plotWidth, plotHeight                    = chartWidth - left - right, chartHeight - top - bottom
	legendLine                               = 18
	percentileMedian, percentile99th         = "p50", "p99"
	colours                                  = 6
	marks                                    = 5 // on the axis of throughput, about
	steepest                         float64 = 1e-12
)

// chart is what is drawn: latency against throughput, a line for each
// target and batch size and percentile, a point for each number of requests at once.
type chart struct {
	Width, Height            int
	Left, Right, Top, Bottom int // of what is drawn in
	Title, Description       string
	Rows, Columns            []mark // of the axes
	Lines                    []chartLine
	XName, YName             string
}

type mark struct {
	At   float64
	Text string
}

type chartLine struct {
	Colour     int
	Percentile string
	Path       string
	Points     []point
	Name       string
	LegendY    int
}

type point struct {
	X, Y float64
	Text string // how many at once
	Tip  string
}

func (d *Document) title() string {
	names := make([]string, len(d.Targets))
	for i, t := range d.Targets {
		names[i] = t.Name
	}
	return "Latency and throughput of " + strings.Join(names, " and ")
}

func (d *Document) chart() *chart {
	scale, ok := scaleOf(d.latencies())
	if !ok {
		scale = logScale{1e-3, 1}
	}
	fastest := steepest
	for _, c := range d.Cells {
		fastest = max(fastest, c.Throughput)
	}
	step := niceStep(fastest / marks)
	most := step * math.Ceil(fastest/step)
	c := &chart{
		Width: chartWidth, Height: chartHeight, Left: left, Right: left + plotWidth, Top: top, Bottom: top + plotHeight,
		Title: d.title(), Description: d.description(), XName: "inputs a second", YName: "latency, logarithmic",
	}
	for _, v := range scale.steps() {
		c.Rows = append(c.Rows, mark{yOf(scale, v), stepText(v)})
	}
	for i := 0; float64(i)*step <= most*(1+rounding); i++ {
		c.Columns = append(c.Columns, mark{xOf(most, float64(i)*step), digits(float64(i) * step)})
	}
	c.Lines = d.lines(scale, most)
	c.Height += legendLine * len(c.Lines)
	return c
}

// niceStep returns the step of 1, 2 or 5 that is not smaller.
func niceStep(v float64) float64 {
	return stepAbove(v * (1 - 2*rounding))
}

func yOf(scale logScale, v float64) float64 { return rounded(top + plotHeight*(1-scale.at(v))) }

func xOf(most, v float64) float64 { return rounded(left + plotWidth*v/most) }

func rounded(v float64) float64 { return math.Round(10*v) / 10 }

// lines returns two for each target and batch size that has been measured.
func (d *Document) lines(scale logScale, most float64) []chartLine {
	var lines []chartLine
	series := 0
	for target := range d.Targets {
		for _, batch := range d.batches(target) {
			for _, percentile := range []string{percentileMedian, percentile99th} {
				line := chartLine{
					Colour: series % colours, Percentile: percentile, Name: fmt.Sprintf("%s, %s", d.series(target, batch), percentile),
					LegendY: chartHeight + legendLine*len(lines),
				}
				line.Points = d.points(target, batch, percentile, scale, most)
				for i, p := range line.Points {
					line.Path += fmt.Sprintf("%s%g %g", map[bool]string{true: "M", false: "L"}[i == 0], p.X, p.Y)
				}
				lines = append(lines, line)
			}
			series++
		}
	}
	return lines
}

// batches returns those of a target that something was measured of.
func (d *Document) batches(target int) []int {
	var batches []int
	for _, c := range d.of(target) {
		if c.Measured() && !slices.Contains(batches, c.Batch) {
			batches = append(batches, c.Batch)
		}
	}
	return batches
}

func (d *Document) series(target, batch int) string {
	if len(d.Targets) == 1 {
		return fmt.Sprintf("batch %d", batch)
	}
	return fmt.Sprintf("%s, batch %d", d.Targets[target].Name, batch)
}

func (d *Document) points(target, batch int, percentile string, scale logScale, most float64) []point {
	var points []point
	for _, c := range d.of(target) {
		if !c.Measured() || c.Batch != batch {
			continue
		}
		latency := c.Latency.P50
		if percentile == percentile99th {
			latency = c.Latency.P99
		}
		points = append(points, point{
			X: xOf(most, c.Throughput), Y: yOf(scale, latency), Text: fmt.Sprint(c.Concurrency),
			Tip: fmt.Sprintf("%s: %s inputs/s, %s %s", c.name(), digits(c.Throughput), percentile, seconds(latency)),
		})
	}
	return points
}

// description tells the chart to those who do not see it.
func (d *Document) description() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s.", strings.Join(d.Header(), "; "))
	for i, t := range d.Targets {
		for _, c := range d.of(i) {
			if c.Measured() {
				fmt.Fprintf(&text, " %s, %s: %s inputs a second, median %s, 99th percentile %s.", t.Name, c.name(), digits(c.Throughput), seconds(c.Latency.P50), seconds(c.Latency.P99))
			}
		}
	}
	return text.String()
}
