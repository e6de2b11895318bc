package report

import (
	"fmt"
	"slices"

	"github.com/portent-go/portent/bench/internal/engine"
)

// reach is how far ratios may be from 1 to be told apart in the chart.
const reach = 10

// panels returns the chart's parts, those that have something to show.
func (d Document) panels() []Panel {
	return slices.DeleteFunc(d.allPanels(), func(p Panel) bool { return !p.shows() })
}

func (d Document) allPanels() []Panel {
	var panels []Panel
	if len(d.Engine) > 0 {
		panels = append(panels,
			d.enginePanel("Latency of one sample on one thread: lower is better", "time / ONNX Runtime's", func(r engine.Result) float64 {
				if r.Latency == nil {
					return None
				}
				return value(r.Latency.Ratio)
			}),
			d.enginePanel("Throughput of batches with all cores: higher is better", "rate / ONNX Runtime's", func(r engine.Result) float64 {
				if r.Throughput == nil {
					return None
				}
				return value(r.Throughput.Ratio)
			}))
	}
	if len(d.Service) > 0 {
		panels = append(panels, d.servicePanel())
	}
	return panels
}

// newPanel returns a panel without values.
func newPanel(title, axis string) *grid {
	return &grid{Panel: Panel{Title: title, Axis: axis}, cells: make(map[[2]string]float64)}
}

// grid is a panel that grows by values in any order.
type grid struct {
	Panel
	cells map[[2]string]float64 // by series and group
}

func (g *grid) set(series, group string, v float64) {
	if !slices.Contains(g.Series, series) {
		g.Series = append(g.Series, series)
	}
	if !slices.Contains(g.Groups, group) {
		g.Groups = append(g.Groups, group)
	}
	g.cells[[2]string{series, group}] = v
}

// panel returns the panel with a row of values for each series.
func (g *grid) panel() Panel {
	for _, series := range g.Series {
		row := make([]float64, len(g.Groups))
		for i, group := range g.Groups {
			v, ok := g.cells[[2]string{series, group}]
			if !ok {
				v = None
			}
			row[i] = v
		}
		g.Values = append(g.Values, row)
	}
	return g.Panel
}

func (d Document) enginePanel(title, axis string, figure func(engine.Result) float64) Panel {
	g := newPanel(title, axis)
	g.Reach = reach
	for _, r := range d.Engine {
		g.set(r.Peer, r.Subject, figure(r))
	}
	return g.panel()
}

func (d Document) servicePanel() Panel {
	g := newPanel("HTTP: higher is better", "requests a second")
	for _, r := range d.Service {
		if r.Failure == "" {
			g.set(r.Server, fmt.Sprintf("%s, %d conn.", r.Body, r.Connections), r.Rate)
		}
	}
	return g.panel()
}
