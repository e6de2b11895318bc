package guard

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/portent-go/portent/domain"
)

func TestTheBucketFillsAgain(t *testing.T) {
	now := time.Now()
	c, err := newCallers(2, 3, 10)
	if err != nil {
		t.Fatal(err)
	}
	c.now = func() time.Time { return now }
	took := func() (n int) {
		for {
			wait, ok := c.take("x")
			if !ok {
				if wait <= 0 || wait > time.Second/2 {
					t.Errorf("come back in %v", wait)
				}
				return n
			}
			n++
		}
	}
	for step, want := range []int{3, 0, 1, 2, 3} {
		if got := took(); got != want {
			t.Errorf("step %d: %d, expected %d", step, got, want)
		}
		now = now.Add(time.Duration(step) * time.Second / 2)
	}
}

// TestRefusedRequestsCostNothing: however many are refused at once, the share fills
// as fast as ever, and each is told when it will have.
func TestRefusedRequestsCostNothing(t *testing.T) {
	now := time.Now()
	c, err := newCallers(1, 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	c.now = func() time.Time { return now }
	if _, ok := c.take("x"); !ok {
		t.Fatal("the first is refused")
	}
	var crowd sync.WaitGroup
	for range 8 {
		crowd.Go(func() {
			for range 20_000 {
				if wait, ok := c.take("x"); ok || wait != time.Second {
					t.Errorf("%v, come back in %v", ok, wait)
					return
				}
			}
		})
	}
	crowd.Wait()
	now = now.Add(time.Second)
	if wait, ok := c.take("x"); !ok {
		t.Errorf("it shall wait for another %v", wait)
	}
}

// TestCallersAreBounded: memory stays the same however many there are, and those
// that ask often are not forgotten.
func TestCallersAreBounded(t *testing.T) {
	c, err := newCallers(1e-9, 1, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10_000 {
		if _, ok := c.take(fmt.Sprint(i)); !ok {
			t.Fatalf("caller %d has no share", i)
		}
		if _, ok := c.take("greedy"); ok != (i == 0) {
			t.Fatalf("the greedy one is forgotten after %d others", i)
		}
	}
	if n := c.known.Len(); n != 100 {
		t.Errorf("%d callers are known", n)
	}
}

// TestStrangersPushNobodyOut: a crowd without a token, from more addresses than are kept
// apart, gives nobody a new share who has used up his own, and each is counted.
func TestStrangersPushNobodyOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(path, []byte("alice\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tokens, err := OpenTokens(path)
	if err != nil {
		t.Fatal(err)
	}
	g, err := New(Options{Tokens: tokens, Rate: 1e-9, Burst: 1})
	if err != nil {
		t.Fatal(err)
	}
	token := NewSecret("alice")
	alice := Caller{Token: &token, Address: "192.0.2.1:1"}
	if err := g.Admit(alice); err != nil {
		t.Fatal(err)
	}
	const crowd = mostCallers + 1
	for i := range crowd {
		stranger := Caller{Address: fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&0xff, i&0xff)}
		if err := g.Admit(stranger); domain.KindOf(err) != domain.Unauthenticated {
			t.Fatalf("stranger %d: %v", i, err)
		}
	}
	if err := g.Admit(alice); domain.KindOf(err) != domain.RateLimited {
		t.Errorf("alice has another share: %v", err)
	}
	if unknown, tooMany := g.Refused(domain.Unauthenticated), g.Refused(domain.RateLimited); unknown != crowd || tooMany != 1 || g.Refused(domain.Internal) != 0 {
		t.Errorf("%d and %d are counted", unknown, tooMany)
	}
}

func TestAddresses(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.1:99": "192.0.2.1", "[::ffff:192.0.2.1]:5": "192.0.2.1", "[2001:db8:1:2:3::4]:5": "2001:db8:1:2::/64", "[2001:db8:1:2::9]:6": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:1": "fe80::/64", "192.0.2.1": "192.0.2.1", "@": "@", "": "",
	} {
		if got := addressKey(remote); got != "address "+want {
			t.Errorf("%s: %s", remote, got)
		}
	}
}

func TestLimitsThatAreNoneAreRefused(t *testing.T) {
	for _, options := range []Options{{Rate: -1}, {Rate: math.NaN()}, {Rate: math.Inf(1)}, {Rate: 1, Burst: -1}, {Burst: 5}} {
		if _, err := New(options); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%+v: %v", options, err)
		}
	}
	if c, err := newCallers(1e-300, 1, 1); err != nil {
		t.Error(err)
	} else if _, ok := c.take("x"); !ok {
		t.Error("the first is refused")
	} else if wait, ok := c.take("x"); ok || wait < math.MaxInt64/4 {
		t.Errorf("at a rate of next to nothing: %v, come back in %v", ok, wait)
	}
	g, err := New(Options{Rate: 0.1})
	if err != nil || g.callers.burst != 1 {
		t.Errorf("%+v, %v", g, err)
	}
}
