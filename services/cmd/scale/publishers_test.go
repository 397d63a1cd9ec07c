package scale

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// scene is who publishes and how politely they want to be asked.
type scene struct {
	feeds, hosts, hanging int
	gap                   time.Duration // between two requests to a host
	floor                 time.Duration // between two of a feed, at least
	every                 time.Duration // the schedule of each feed
	unit                  time.Duration // what publishers measure their wishes in
	fault                 time.Duration // how long a hanging host hangs
	// notice is how much later than the other side a host may see that it was
	// given up on: real sockets take their time.
	notice time.Duration
}

// publishers are all hosts, and note what each of them sees.
type publishers struct {
	scene
	address func(host int) string // http://… of a host

	mu       sync.Mutex
	busy     map[int]bool
	left     map[int]time.Time    // by host: end of the last request
	held     map[int]time.Time    // by host: no request before, as it said
	earliest map[string]time.Time // by feed: likewise
	faults   map[string]int       // by feed: in a row
	asked    map[string][]time.Time
	redirect map[string]bool // feeds whose question is on its way to another host
	wrong    []string
	total    int
}

func newPublishers(s scene) *publishers {
	return &publishers{scene: s, busy: map[int]bool{}, left: map[int]time.Time{}, held: map[int]time.Time{}, earliest: map[string]time.Time{},
		faults: map[string]int{}, asked: map[string][]time.Time{}, redirect: map[string]bool{}}
}

func (p *publishers) hangs(host int) bool { return host < p.hanging }

// kind is how a feed behaves; "" well.
func (p *publishers) kind(n int) string {
	switch {
	case p.hangs(n % p.hosts):
		return "hangs"
	case n%53 == 0:
		return "limits" // 429, with Retry-After
	case n%17 == 0:
		return "errs"
	case n%11 == 0:
		return "ttl"
	case n%13 == 0:
		return "fresh"
	case n%19 == 0:
		return "elsewhere" // 302 to another host
	}
	return ""
}

// serve is one host's handler.
func (p *publishers) serve(host int, w http.ResponseWriter, r *http.Request) {
	feed, landed := strings.CutPrefix(r.URL.Path, "/landed/")
	if !landed {
		feed = strings.TrimPrefix(r.URL.Path, "/feed/")
	}
	var n int
	fmt.Sscan(feed, &n)
	kind := p.kind(n)
	p.begin(host, feed, landed)
	hold, earliest := time.Duration(0), max(p.floor, p.every)
	defer func() { p.end(host, feed, hold, earliest, kind == "elsewhere" && !landed) }()
	switch {
	case p.hangs(host) && !landed:
		p.hang(w, r, n)
		earliest = p.failed(feed)
		return
	case landed:
	case kind == "elsewhere":
		http.Redirect(w, r, p.address(p.hanging+(host+1-p.hanging)%(p.hosts-p.hanging))+"/landed/"+feed, http.StatusFound)
		return
	case kind == "limits":
		seconds := max(int((time.Duration(5+n%15)*p.unit)/time.Second), 1)
		hold = time.Duration(seconds) * time.Second
		earliest = max(hold, p.failed(feed))
		w.Header().Set("Retry-After", fmt.Sprint(seconds))
		w.WriteHeader([]int{http.StatusTooManyRequests, http.StatusServiceUnavailable}[n%2])
		return
	case kind == "errs":
		earliest = p.failed(feed)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	earliest = max(earliest, p.answer(w, r, n, kind))
}

// answer gives the feed, or 304, and how long the publisher asks to wait.
func (p *publishers) answer(w http.ResponseWriter, r *http.Request, n int, kind string) (wait time.Duration) {
	time.Sleep(time.Duration(20+n%480) * time.Millisecond * p.unit / time.Minute)
	// Each feed brings an item every three to nine schedules.
	edition := time.Now().UnixNano() / int64(p.every*time.Duration(3+n%7))
	tag := fmt.Sprintf(`"%d-%d"`, n, edition)
	w.Header().Set("ETag", tag)
	minutes := 0
	switch kind {
	case "fresh":
		wait = 12 * p.unit
		w.Header().Set("Cache-Control", fmt.Sprintf("max-age=%d", wait/time.Second))
	case "ttl":
		minutes = int(15 * p.unit / time.Minute)
		wait = time.Duration(minutes) * time.Minute
	}
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return wait
	}
	fmt.Fprintf(w, `<rss version="2.0"><channel><title>Feed %d</title>`, n)
	if minutes > 0 {
		fmt.Fprintf(w, "<ttl>%d</ttl>", minutes)
	}
	for i := range int64(5) {
		at := time.Unix(0, (edition-i)*int64(p.every)*int64(3+n%7)).UTC()
		fmt.Fprintf(w, `<item><guid>%d-%d</guid><title>Item %d of feed %d</title><description>Text.</description><pubDate>%s</pubDate></item>`,
			n, edition-i, edition-i, n, at.Format(time.RFC1123Z))
	}
	fmt.Fprint(w, `</channel></rss>`)
	return wait
}

// hang answers nothing, or a byte now and then, until the other side gives up.
func (p *publishers) hang(w http.ResponseWriter, r *http.Request, n int) {
	for r.Context().Err() == nil {
		if n%2 == 0 {
			if _, err := w.Write([]byte(" ")); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush() // the reader has gone
		}
		select {
		case <-r.Context().Done():
		case <-time.After(p.fault / 10):
		}
	}
}

// failed counts a fault and gives the pause that has to follow: the schedule,
// doubled with each further fault.
func (p *publishers) failed(feed string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults[feed]++
	return max(p.floor, p.every) << min(p.faults[feed]-1, 4)
}

func (p *publishers) begin(host int, feed string, landed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	early := func(what string, by time.Duration) {
		p.wrong = append(p.wrong, fmt.Sprintf("feed %s at host %d, %s: %s too early", feed, host, what, by))
	}
	if p.busy[host] {
		p.wrong = append(p.wrong, fmt.Sprintf("host %d is asked twice at once", host))
	}
	if at := p.left[host]; !at.IsZero() && now.Before(at.Add(p.gap)) {
		early("gap of the host", at.Add(p.gap).Sub(now))
	}
	if at := p.held[host]; now.Before(at) {
		early("Retry-After for the host", at.Sub(now))
	}
	if at := p.earliest[feed]; !landed && now.Before(at) {
		early("the feed's own", at.Sub(now))
	}
	p.busy[host] = true
	p.total++
	if !landed {
		p.asked[feed] = append(p.asked[feed], now)
	}
}

func (p *publishers) end(host int, feed string, hold, earliest time.Duration, goesOn bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.busy[host], p.left[host] = false, now
	if p.hangs(host) {
		p.left[host] = now.Add(-p.notice)
	}
	if hold > 0 {
		p.held[host] = now.Add(hold)
	}
	if !goesOn { // a redirect's pause starts when the other host has answered
		p.earliest[feed] = now.Add(earliest)
	}
}

// late lists the feeds of good hosts that behave and were not asked as often as
// their schedule, jitter and a patience of so much allow.
func (p *publishers) late(start, end time.Time, patience time.Duration) (list []string, behaving int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	held := map[int]bool{} // hosts that asked to be left alone as a whole
	for n := range p.feeds {
		if p.kind(n) == "limits" {
			held[n%p.hosts] = true
		}
	}
	most := max(p.floor, p.every)*11/10 + patience
	for n := range p.feeds {
		if p.kind(n) != "" || held[n%p.hosts] {
			continue
		}
		behaving++
		last := start
		for _, at := range append(append([]time.Time(nil), p.asked[fmt.Sprint(n)]...), end) {
			if at.Sub(last) > most {
				list = append(list, fmt.Sprintf("feed %d waited %s after %s", n, at.Sub(last), last.Sub(start)))
			}
			last = at
		}
	}
	return list, behaving
}
