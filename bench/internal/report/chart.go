package report

import (
	"image/color"
	"math"
	"os"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Panel is a part of the chart: for each group a column with a dot for each
// series, on a logarithmic axis. Values[i][j] is that of Series[i] in Groups[j],
// None where there is none.
type Panel struct {
	Title  string
	Axis   string
	Groups []string
	Series []string
	Values [][]float64
	// Reach, if not 0, is the largest value of the axis, and 1/Reach the
	// smallest: what lies beyond is drawn at its ends, as triangles.
	Reach float64
}

// palette begins with the reference's colour.
var palette = []color.Color{
	color.RGBA{R: 0x77, G: 0x77, B: 0x77, A: 0xff},
	color.RGBA{R: 0x00, G: 0x7d, B: 0x9c, A: 0xff},
	color.RGBA{R: 0xce, G: 0x32, B: 0x62, A: 0xff},
	color.RGBA{R: 0xf2, G: 0xa9, B: 0x00, A: 0xff},
	color.RGBA{R: 0x5d, G: 0xa4, B: 0x3c, A: 0xff},
	color.RGBA{R: 0x6b, G: 0x4f, B: 0xa0, A: 0xff},
	color.RGBA{R: 0x8a, G: 0x5a, B: 0x3c, A: 0xff},
	color.RGBA{R: 0x2f, G: 0x4b, B: 0x7c, A: 0xff},
}

// The chart's measures.
const (
	panelHeight = 3.6 * vg.Inch
	columnWidth = 0.75 * vg.Inch
	leastWidth  = 6 * vg.Inch
	dotRadius   = 3 * vg.Millimeter / 2
	dodge       = 0.13 // of a column, between the dots of two series
	legendRoom  = 0.15 // of the columns' width
)

// Draw writes the panels, one below the other, as an SVG.
func Draw(path string, panels []Panel) error {
	width := leastWidth
	plots := make([][]*plot.Plot, len(panels))
	for i, panel := range panels {
		p, err := panel.plot()
		if err != nil {
			return err
		}
		plots[i] = []*plot.Plot{p}
		width = max(width, columnWidth*(1+legendRoom)*vg.Length(len(panel.Groups)))
	}
	canvas := vgsvg.New(width, panelHeight*vg.Length(len(panels)))
	tiles := draw.Tiles{Rows: len(panels), Cols: 1, PadTop: vg.Points(6), PadBottom: vg.Points(6), PadLeft: vg.Points(12), PadRight: vg.Points(12), PadY: vg.Points(18)}
	for i, row := range plot.Align(plots, tiles, draw.New(canvas)) {
		plots[i][0].Draw(row[0])
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := canvas.WriteTo(file); err != nil {
		return err
	}
	return file.Close()
}

// shows reports whether any value is there.
func (p Panel) shows() bool {
	return slices.ContainsFunc(p.Values, func(values []float64) bool { return slices.ContainsFunc(values, there) })
}

// there reports whether a value can be drawn.
func there(v float64) bool { return v > 0 } // not None

func (p Panel) plot() (*plot.Plot, error) {
	chart := plot.New()
	chart.Title.Text, chart.Y.Label.Text = p.Title, p.Axis
	chart.Y.Scale, chart.Y.Tick.Marker = plot.LogScale{}, steps{}
	chart.Legend.Top = true
	chart.Add(plotter.NewGrid())
	for i := range p.Values {
		if err := p.addSeries(chart, i); err != nil {
			return nil, err
		}
	}
	chart.NominalX(p.Groups...)
	chart.X.Tick.Label.Rotation = math.Pi / 8
	chart.X.Tick.Label.XAlign, chart.X.Tick.Label.YAlign = text.XRight, text.YCenter
	chart.X.Min, chart.X.Max = -0.5, (1+legendRoom)*float64(len(p.Groups))-0.5
	chart.Y.Min, chart.Y.Max = stepBelow(chart.Y.Min), stepAbove(chart.Y.Max)
	return chart, nil
}

// addSeries adds a series' dots, and triangles for what lies beyond the axis.
func (p Panel) addSeries(chart *plot.Plot, series int) error {
	var within, beyond plotter.XYs
	for group, v := range p.Values[series] {
		at := plotter.XY{X: float64(group) + dodge*(float64(series)-float64(len(p.Series)-1)/2), Y: v}
		switch {
		case !there(v):
		case p.Reach != 0 && (v > p.Reach || v < 1/p.Reach):
			at.Y = max(1/p.Reach, min(v, p.Reach))
			beyond = append(beyond, at)
		default:
			within = append(within, at)
		}
	}
	style := draw.GlyphStyle{Color: palette[series%len(palette)], Radius: dotRadius, Shape: draw.CircleGlyph{}}
	legend := &plotter.Scatter{GlyphStyle: style}
	if len(within)+len(beyond) > 0 {
		chart.Legend.Add(p.Series[series], legend)
	}
	if err := addDots(chart, within, style); err != nil {
		return err
	}
	style.Shape = draw.TriangleGlyph{}
	return addDots(chart, beyond, style)
}

func addDots(chart *plot.Plot, points plotter.XYs, style draw.GlyphStyle) error {
	if len(points) == 0 {
		return nil
	}
	dots, err := plotter.NewScatter(points)
	if err != nil {
		return err
	}
	dots.GlyphStyle = style
	chart.Add(dots)
	return nil
}
