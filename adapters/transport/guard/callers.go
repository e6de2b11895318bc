package guard

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"
)

// mostCallers is how many callers are kept apart, and how many addresses of strangers
// beside them. One that has not been heard of for longest makes room for a new one, and
// starts anew when it comes back.
const mostCallers = 10_000

// callers know how much of its share each caller has used. The zero value of now is
// not valid.
type callers struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mutex sync.Mutex
	known *simplelru.LRU[string, *rate.Limiter] // guarded by mutex
}

func newCallers(perSecond float64, burst, most int) (*callers, error) {
	known, err := simplelru.NewLRU[string, *rate.Limiter](most, nil)
	if err != nil {
		return nil, err
	}
	return &callers{rate: rate.Limit(perSecond), burst: burst, now: time.Now, known: known}, nil
}

// take uses one request of a caller's share. If there is none left it returns when
// there will be one. Nothing is reserved for who is refused: of reservations that
// many make and give back at once, some would stay.
func (c *callers) take(key string) (wait time.Duration, ok bool) {
	now, limiter := c.now(), c.limiter(key)
	if limiter.AllowN(now, 1) {
		return 0, true
	}
	const longest = 1 << 62 // which a rate of next to nothing would go beyond
	missing := max(0, 1-limiter.TokensAt(now))
	return time.Duration(min(longest, missing/float64(c.rate)*float64(time.Second))), false
}

func (c *callers) limiter(key string) *rate.Limiter {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	limiter, ok := c.known.Get(key)
	if !ok {
		limiter = rate.NewLimiter(c.rate, c.burst)
		c.known.Add(key, limiter)
	}
	return limiter
}

// addressKey stands for whoever is at a remote address, host:port or host. A whole
// network of IPv6 is one caller, since it is what one subscriber has.
func addressKey(remote string) string {
	const subscriber = 64
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return "address " + host
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if prefix, err := ip.Prefix(subscriber); err == nil {
			return "address " + prefix.String()
		}
	}
	return "address " + ip.String()
}
