package letter

import (
	"fmt"
	"strings"

	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-msgauth/authres"
)

// doubt says why From is not proven, empty where it is: the topmost
// Authentication-Results must be the authority's and say that DMARC passed for
// From's domain. Those below may have come with the mail. The authority must
// take its own name off what comes in (RFC 8601, section 5).
func doubt(h mail.Header, authority, from string) string {
	fields := h.FieldsByKey("Authentication-Results")
	if authority == "" || !fields.Next() {
		return "no server that is trusted says whether DMARC passed"
	}
	by, results, err := authres.Parse(fields.Value())
	if err != nil {
		return "what is said of DMARC cannot be read"
	}
	if id, _, _ := strings.Cut(strings.TrimSpace(by), " "); !strings.EqualFold(id, authority) {
		return "no server that is trusted says whether DMARC passed"
	}
	said := 0
	why := "nothing is said of DMARC"
	for _, result := range results {
		r, ok := result.(*authres.DMARCResult)
		if !ok {
			continue
		}
		_, domain, _ := strings.Cut(from, "@")
		switch said++; {
		case r.Value != authres.ResultPass:
			return fmt.Sprintf("DMARC did not pass: %.20s", string(r.Value))
		case !strings.EqualFold(domainOf(r.From), domain):
			return "DMARC passed for another domain than the sender's"
		default:
			why = ""
		}
	}
	if said > 1 {
		return "DMARC is said of twice"
	}
	return why
}

// domainOf is header.from, which some servers write as an address.
func domainOf(s string) string {
	return s[strings.LastIndex(s, "@")+1:]
}
