package blocked

// Layout is how a batch of pictures lies in memory: [Batch, blocks of channels,
// rows, columns, Block]. With a Block of 1 and no border that is the plain order
// [N,C,H,W].
type Layout struct {
	Batch, Channels, Height, Width int
	Block                          int
	Border
}

// Border is how many pixels of zeros lie around a picture.
type Border struct{ Top, Left, Bottom, Right int }

// Union returns the border that has room for both.
func (b Border) Union(c Border) Border {
	return Border{max(b.Top, c.Top), max(b.Left, c.Left), max(b.Bottom, c.Bottom), max(b.Right, c.Right)}
}

// Blocks returns how many blocks hold the channels.
func (l *Layout) Blocks() int { return ceilDiv(l.Channels, l.Block) }

// Row returns how many elements lie between a pixel and the one below it.
func (l *Layout) Row() int { return (l.Left + l.Width + l.Right) * l.Block }

// Plane returns how many elements lie between a block and the next.
func (l *Layout) Plane() int { return (l.Top + l.Height + l.Bottom) * l.Row() }

// Picture returns how many elements lie between a picture and the next.
func (l *Layout) Picture() int { return l.Blocks() * l.Plane() }

// Elements returns how many elements the batch takes.
func (l *Layout) Elements() int { return l.Batch * l.Picture() }

// At returns where a pixel of a block begins. The border has coordinates below 0
// and from Height or Width on.
func (l *Layout) At(picture, block, y, x int) int {
	row := l.Row()
	at := (block*(l.Top+l.Height+l.Bottom)+y+l.Top)*row + (x+l.Left)*l.Block
	if picture > 0 {
		at += picture * l.Picture()
	}
	return at
}

// ClearBorder sets the border of every picture to zero.
func (l *Layout) ClearBorder(data []float32) {
	if l.Border == (Border{}) {
		return
	}
	plane, row, gap := l.Plane(), l.Row(), (l.Left+l.Right)*l.Block
	first := l.Top*row + l.Left*l.Block // where the first pixel is
	for at := 0; at < l.Elements(); at += plane {
		p := data[at : at+plane]
		clear(p[:first])
		end := first + l.Width*l.Block
		if gap > 0 { // the end of one row and the beginning of the next lie side by side
			for range l.Height - 1 {
				clear(p[end : end+gap])
				end += row
			}
		} else {
			end += (l.Height - 1) * row
		}
		clear(p[end:])
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
