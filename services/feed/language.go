package feed

import "strings"

// Language is a language tag in the usual spelling of BCP 47 ("en-GB",
// "zh-Hant"), from however a feed spells it ("EN_gb"); "" where it is none.
func Language(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	if s == "" || len(s) > 35 {
		return ""
	}
	parts := strings.Split(s, "-")
	for i, p := range parts {
		if p == "" || len(p) > 8 || !alphanumeric(p) {
			return ""
		}
		switch {
		case i == 0:
			if len(p) < 2 || len(p) > 3 || !alphabetic(p) {
				return ""
			}
			parts[i] = strings.ToLower(p)
		case len(p) == 4 && alphabetic(p):
			parts[i] = strings.ToUpper(p[:1]) + strings.ToLower(p[1:])
		case len(p) == 2 && alphabetic(p):
			parts[i] = strings.ToUpper(p)
		default:
			parts[i] = strings.ToLower(p)
		}
	}
	return strings.Join(parts, "-")
}

func alphabetic(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

func alphanumeric(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}
