// Package unified shows how two texts differ, line by line, as `diff -u` does.
//
// In: two texts and their names. Out: a unified diff. Called by the commands and pages
// that compare configurations.
package unified

import (
	"fmt"
	"strings"
)

// context is how many equal lines are shown around a difference.
const context = 3

// line is one line of the merged text: ' ' in both, '-' in the old, '+' in the
// new one.
type line struct {
	mark byte
	text string
}

// Diff gives the unified diff of two texts; empty where they are equal. A name
// that is empty reads as /dev/null: the text is not there at all.
func Diff(oldName, newName, before, after string) string {
	if before == after && (oldName == "") == (newName == "") {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", named(oldName), named(newName))
	all := merge(split(before), split(after))
	for start := 0; start < len(all); {
		if all[start].mark == ' ' {
			start++
			continue
		}
		end := hunkEnd(all, start)
		writeHunk(&b, all, max(0, start-context), min(len(all), end+context))
		start = end
	}
	return b.String()
}

func named(name string) string {
	if name == "" {
		return "/dev/null"
	}
	return name
}

// split gives the lines; one that ends without a line break says so, as diff
// does.
func split(text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	if last := len(lines) - 1; lines[last] == "" {
		return lines[:last]
	} else {
		lines[last] += "\n\\ No newline at end of file"
	}
	return lines
}

// hunkEnd is the end of the differences that are shown together with the one
// at start: those with no more than twice the context between them.
func hunkEnd(all []line, start int) int {
	end := start
	for i := start; i < len(all) && i-end <= 2*context; i++ {
		if all[i].mark != ' ' {
			end = i + 1
		}
	}
	return end
}

func writeHunk(b *strings.Builder, all []line, from, to int) {
	oldAt, newAt := 0, 0
	for _, l := range all[:from] {
		oldAt, newAt = step(l, oldAt, newAt)
	}
	oldEnd, newEnd := oldAt, newAt
	for _, l := range all[from:to] {
		oldEnd, newEnd = step(l, oldEnd, newEnd)
	}
	fmt.Fprintf(b, "@@ -%s +%s @@\n", span(oldAt, oldEnd), span(newAt, newEnd))
	for _, l := range all[from:to] {
		fmt.Fprintf(b, "%c%s\n", l.mark, l.text)
	}
}

func step(l line, before, after int) (int, int) {
	if l.mark != '+' {
		before++
	}
	if l.mark != '-' {
		after++
	}
	return before, after
}

// span writes "first,count"; an empty one names the line before it.
func span(from, to int) string {
	if from == to {
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}
