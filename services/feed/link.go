package feed

import (
	"net/url"
	"strings"
)

// Canonical is the form of a link under which two spellings of one address
// meet: scheme and host in lower case, no user, default port, fragment or
// tracking parameter, at least "/" as the path. What is no absolute http(s)
// address comes back trimmed and otherwise as it was.
func Canonical(link string) string {
	link = strings.TrimSpace(link)
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return link
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "http" && u.Scheme != "https" {
		return link
	}
	u.Host = canonicalHost(u.Scheme, u.Host)
	u.User, u.Fragment, u.RawFragment, u.ForceQuery = nil, "", "", false
	if u.Path == "" {
		u.Path = "/"
	}
	u.RawQuery = withoutTracking(u.RawQuery)
	return u.String()
}

func canonicalHost(scheme, host string) string {
	host = strings.ToLower(host)
	port := ":80"
	if scheme == "https" {
		port = ":443"
	}
	host = strings.TrimSuffix(strings.TrimSuffix(host, port), ":")
	return strings.TrimSuffix(host, ".")
}

// withoutTracking drops the parameters that say how a reader came rather than
// what is read, and leaves the others as they are spelled.
func withoutTracking(query string) string {
	if query == "" {
		return ""
	}
	kept := make([]string, 0, 4)
	for p := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(p, "=")
		if p != "" && !tracking(strings.ToLower(name)) {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "&")
}

// tracking reports whether a parameter only tells a click's origin. The list
// follows the parameters that the large mailers, advertisers and newsrooms
// document for their own links.
func tracking(name string) bool {
	for _, prefix := range []string{"utm_", "pk_", "piwik_", "mtm_", "matomo_", "hsa_", "at_campaign", "at_medium", "ns_mchannel", "ns_campaign"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid",
		"li_fat_id", "igshid", "igsh", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "__hssc", "__hstc", "__hsfp",
		"hsctatracking", "vero_id", "vero_conv", "oly_anon_id", "oly_enc_id", "rb_clickid", "s_cid", "xtor", "wt_mc",
		"_openstat", "__s", "cmpid", "_ga", "_gl", "ncid", "sr_share", "feedtype", "gaa_at":
		return true
	}
	return false
}
