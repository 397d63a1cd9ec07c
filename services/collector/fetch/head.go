package fetch

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxValidator is the longest validator that is kept and sent back, in bytes.
const maxValidator = 1 << 10

// head takes what the answer's headers say.
func (res *Result) head(resp *http.Response, now time.Time) {
	h := resp.Header
	res.Status, res.Protocol = resp.StatusCode, resp.Proto
	res.Final = resp.Request.URL.String()
	res.ContentType = h.Get("Content-Type")
	res.ETag, res.LastModified = validator(h.Get("ETag")), validator(h.Get("Last-Modified"))
	res.RetryAfter = RetryAfter(h.Get("Retry-After"), now)
	res.Fresh = fresh(h, now)
	res.Links = links(h.Values("Link"), resp.Request.URL)
}

func validator(s string) string {
	if len(s) > maxValidator {
		return ""
	}
	return s
}

// RetryAfter reads a Retry-After header: seconds, or an HTTP date (RFC 9110,
// section 10.2.3). 0 where it says nothing usable.
func RetryAfter(s string, now time.Time) time.Duration {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(s); err == nil {
		return max(t.Sub(now), 0)
	}
	return 0
}

// fresh is how long an answer stays good: max-age less its age, or Expires less
// Date (RFC 9111, section 4.2.1). no-cache and no-store give 0.
func fresh(h http.Header, now time.Time) time.Duration {
	directives := strings.ToLower(strings.Join(h.Values("Cache-Control"), ","))
	for d := range strings.SplitSeq(directives, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(d), "=")
		switch name {
		case "no-cache", "no-store":
			return 0
		case "max-age":
			n, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31)
			if err != nil {
				return 0
			}
			age, _ := strconv.ParseUint(h.Get("Age"), 10, 31) // absent or odd: 0
			return max(time.Duration(n)*time.Second-time.Duration(age)*time.Second, 0)
		}
	}
	expires, err := http.ParseTime(h.Get("Expires"))
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(expires.Sub(now), 0)
}

// links reads Link headers (RFC 8288) for the relations WebSub needs; the first
// of each counts.
func links(values []string, base *url.URL) map[string]string {
	out := map[string]string{}
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			target, params, ok := strings.Cut(strings.TrimSpace(part), ">")
			if !ok || !strings.HasPrefix(target, "<") {
				continue
			}
			u, err := base.Parse(target[1:])
			if err != nil {
				continue
			}
			for _, rel := range relations(params) {
				if (rel == "hub" || rel == "self") && out[rel] == "" {
					out[rel] = u.String()
				}
			}
		}
	}
	return out
}

func relations(params string) []string {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(name, "rel") {
			return strings.Fields(strings.ToLower(strings.Trim(value, `"`)))
		}
	}
	return nil
}
