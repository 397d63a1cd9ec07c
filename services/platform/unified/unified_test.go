package unified

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestDiff(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"equal", "a\nb\n", "a\nb\n", ""},
		{"changed", "a\nb\nc\n", "a\nx\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"},
		{"added to nothing", "", "a\n", "@@ -0,0 +1,1 @@\n+a\n"},
		{"all gone", "a\nb\n", "", "@@ -1,2 +0,0 @@\n-a\n-b\n"},
		{"the last line break", "a\n", "a", "@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n"},
		{"two places far apart", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "x\n2\n3\n4\n5\n6\n7\n8\ny\n",
			"@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+y\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := c.want
			if want != "" {
				want = "--- old\n+++ new\n" + want
			}
			if got := Diff("old", "new", c.before, c.after); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func TestAFileThatIsNotThere(t *testing.T) {
	if got, want := Diff("old", "", "a\n", ""), "--- old\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Diff("", "new", "", ""); got != "--- /dev/null\n+++ new\n" {
		t.Errorf("an empty new file: %q", got)
	}
}

// TestBothTextsAreInTheMerge: taking the lines of either side gives its text
// back, and no line is marked that need not be.
func TestBothTextsAreInTheMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		a, b := words(r), words(r)
		var before, after []string
		same := 0
		for _, l := range merge(a, b) {
			if l.mark != '+' {
				before = append(before, l.text)
			}
			if l.mark != '-' {
				after = append(after, l.text)
			}
			if l.mark == ' ' {
				same++
			}
		}
		if fmt.Sprint(before) != fmt.Sprint(a) || fmt.Sprint(after) != fmt.Sprint(b) {
			t.Fatalf("%v and %v merged give %v and %v", a, b, before, after)
		}
		if want := common(a, b); same != want {
			t.Fatalf("%v and %v: %d lines kept, want %d", a, b, same, want)
		}
	}
}

func words(r *rand.Rand) []string {
	out := make([]string, r.IntN(12))
	for i := range out {
		out[i] = string("abc"[r.IntN(3)])
	}
	return out
}

// common is the length of the longest common subsequence, by the textbook.
func common(a, b []string) int {
	best := make([][]int, len(a)+1)
	for i := range best {
		best[i] = make([]int, len(b)+1)
	}
	for i := range a {
		for j := range b {
			if a[i] == b[j] {
				best[i+1][j+1] = best[i][j] + 1
			} else {
				best[i+1][j+1] = max(best[i][j+1], best[i+1][j])
			}
		}
	}
	return best[len(a)][len(b)]
}
