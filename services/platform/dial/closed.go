package dial

import (
	"fmt"
	"net/netip"
)

// block is a network that is no public host's, with the reason in words.
type block struct {
	prefix netip.Prefix
	reason string
}

// blocks lists the networks of the IANA special-purpose registries (RFC 6890
// and its updates, as of 2025) that no public host can have, with the networks
// through which an IPv4 address can be reached in disguise.
func blocks() []block {
	p := netip.MustParsePrefix
	return []block{
		{p("0.0.0.0/8"), "unspecified"},
		{p("10.0.0.0/8"), "private"},
		{p("100.64.0.0/10"), "shared by carriers (CGNAT)"},
		{p("127.0.0.0/8"), "loopback"},
		{p("169.254.0.0/16"), "link-local (cloud metadata)"},
		{p("172.16.0.0/12"), "private"},
		{p("192.0.0.0/24"), "reserved for protocols"},
		{p("192.0.2.0/24"), "for documentation"},
		{p("192.88.99.0/24"), "a 6to4 relay"},
		{p("192.168.0.0/16"), "private"},
		{p("198.18.0.0/15"), "for benchmarks"},
		{p("198.51.100.0/24"), "for documentation"},
		{p("203.0.113.0/24"), "for documentation"},
		{p("224.0.0.0/4"), "multicast"},
		{p("240.0.0.0/4"), "reserved"},
		{p("168.63.129.16/32"), "a cloud's own service address"},
		{p("::/128"), "unspecified"},
		{p("::1/128"), "loopback"},
		{p("::/96"), "an IPv4 address in disguise"},
		{p("::ffff:0:0:0/96"), "an IPv4 address in disguise"},
		{p("64:ff9b:1::/48"), "a local IPv4 translation (NAT64)"},
		{p("100::/64"), "discarded"},
		{p("2001::/23"), "reserved for protocols (Teredo and others)"},
		{p("2001:db8::/32"), "for documentation"},
		{p("2002::/16"), "an IPv4 address in disguise (6to4)"},
		{p("3fff::/20"), "for documentation"},
		{p("5f00::/16"), "segment routing"},
		{p("fc00::/7"), "private"},
		{p("fe80::/10"), "link-local"},
		{p("fec0::/10"), "site-local"},
		{p("ff00::/8"), "multicast"},
	}
}

// nat64 carries the IPv4 address that decides in its last four bytes (RFC 6052,
// section 2.1): networks without IPv4 reach every IPv4 host that way.
const nat64 = "\x00\x64\xff\x9b\x00\x00\x00\x00\x00\x00\x00\x00"

// closed gives the reason for which an address is no public host's, "" where it
// may be one.
func closed(table []block, a netip.Addr) string {
	if !a.IsValid() {
		return "no address"
	}
	if a.Zone() != "" {
		return "link-local (zoned)"
	}
	if a.Is4In6() {
		return closed(table, a.Unmap())
	}
	if b := a.As16(); string(b[:12]) == nat64 {
		inner := netip.AddrFrom4([4]byte(b[12:]))
		if reason := closed(table, inner); reason != "" {
			return fmt.Sprintf("%s, which is %s", inner, reason)
		}
		return ""
	}
	for _, n := range table {
		if n.prefix.Contains(a) {
			return n.reason
		}
	}
	return ""
}

// checkPort refuses the ports that browsers refuse (the Fetch standard's "bad
// ports"): well-known services that are no web servers.
func checkPort(port uint16) error {
	switch port {
	case 80, 443:
		return nil
	case 0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95,
		101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179,
		389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601,
		636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566,
		6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080:
		return fmt.Errorf("%w: port %d is no web server's", ErrRefused, port)
	}
	return nil
}
