package term

import (
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Work that takes less than patience shows no progress, and progress is drawn
// anew not sooner than often.
const (
	patience = time.Second
	often    = 100 * time.Millisecond
)

// Progress shows how far long work is: the share, the number, the rate and the
// time left, in the last line of a terminal. On other screens it shows nothing.
// It may be used by several goroutines.
type Progress struct {
	mu      sync.Mutex
	bar     *progressbar.ProgressBar // nil: nothing is shown
	pending int64                    // done since it was drawn
	next    time.Time                // when it may be drawn
	drawn   bool
	started time.Time
}

// NewProgress returns the progress of so many of what unit names, such as
// "pictures"; with a total of -1 it is not known how many there will be.
func NewProgress(s *Screen, total int64, unit string) *Progress {
	now := time.Now()
	p := &Progress{next: now.Add(patience), started: now}
	if !s.Live() || total == 0 {
		return p
	}
	p.bar = progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(s.Writer), progressbar.OptionSetItsString(unit), progressbar.OptionShowIts(), progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(20), progressbar.OptionShowTotalBytes(total > 0), progressbar.OptionSetElapsedTime(true), progressbar.OptionSetPredictTime(total > 0),
		progressbar.OptionSetTheme(s.theme()), progressbar.OptionClearOnFinish(), progressbar.OptionSetSpinnerChangeInterval(0), progressbar.OptionUseANSICodes(true),
	)
	p.bar.StartWithoutRender()
	return p
}

func (s *Screen) theme() progressbar.Theme {
	if s.unicode {
		return progressbar.Theme{Saucer: "█", SaucerPadding: "░", BarStart: "", BarEnd: ""}
	}
	return progressbar.Theme{Saucer: "#", SaucerPadding: ".", BarStart: "[", BarEnd: "]"}
}

// Add notes that so many more are done.
func (p *Progress) Add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending += int64(n)
	p.draw(false)
}

// Above calls what writes whole lines to the terminal, or to another stream that
// is the same terminal, and has progress below them.
func (p *Progress) Above(write func() error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	shown := p.drawn
	p.clear()
	err := write()
	p.draw(shown)
	return err
}

// Close takes progress off the terminal, and returns the time since it began.
func (p *Progress) Close() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	p.bar = nil
	return time.Since(p.started)
}

func (p *Progress) draw(again bool) {
	now := time.Now()
	if p.bar == nil || !again && now.Before(p.next) {
		return
	}
	// What cannot be drawn is not worth a word.
	_ = p.bar.Add64(p.pending)
	p.pending, p.next, p.drawn = 0, now.Add(often), true
}

func (p *Progress) clear() {
	if p.bar != nil && p.drawn {
		_ = p.bar.Clear()
		p.drawn = false
	}
}
