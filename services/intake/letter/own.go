package letter

import (
	"strings"
)

// Own gives what a sender wrote, without what mail programs put below it: quoted
// lines (>), the line that announces them ("On … wrote:", in whatever language it
// ends in a colon), the block of Outlook that begins with a rule or with From:,
// and a signature (a line of two dashes). What was written between quoted lines
// is kept. No library that is kept up does this for Go.
func Own(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	var out []string
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		if line == "-- " || trimmed == "--" || begins(lines[i:]) {
			break
		}
		if !strings.HasPrefix(trimmed, ">") && !announces(lines[i:]) {
			out = append(out, line)
		}
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// begins reports whether the rest is another mail.
func begins(lines []string) bool {
	first := strings.TrimSpace(lines[0])
	if strings.HasPrefix(first, "-----") && strings.HasSuffix(first, "-----") && len(first) > 10 {
		return true // -----Original Message-----, in any language
	}
	if len(first) >= 20 && strings.Trim(first, "_") == "" {
		return true
	}
	// The heads of a mail, in any language: From, Sent, To, Subject.
	heads := 0
	for _, line := range lines[:min(len(lines), 5)] {
		name, value, ok := strings.Cut(strings.Trim(strings.TrimSpace(line), "*"), ":")
		if !ok || len(name) > 30 || strings.ContainsAny(name, ".,;") {
			break
		}
		if heads++; heads == 1 && !strings.Contains(value, "@") {
			return false
		}
	}
	return heads >= 3
}

// announces reports whether a line says that a quotation follows: it, or it and
// the next one, ends in a colon, and what comes after is quoted.
func announces(lines []string) bool {
	for n := 1; n <= 3 && n < len(lines); n++ {
		last := strings.TrimSpace(lines[n-1])
		if last == "" {
			return false
		}
		if !strings.HasSuffix(last, ":") && !strings.HasSuffix(last, "：") {
			continue
		}
		for _, next := range lines[n:] {
			if next = strings.TrimSpace(next); next != "" {
				return strings.HasPrefix(next, ">")
			}
		}
	}
	return false
}
