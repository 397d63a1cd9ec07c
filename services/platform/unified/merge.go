package unified

// merge gives the lines of both texts with a least number of marks: E. Myers,
// "An O(ND) difference algorithm and its variations", Algorithmica 1 (1986),
// the greedy form.
func merge(a, b []string) []line {
	var trace [][]int
	limit := len(a) + len(b)
	at := make([]int, 2*limit+2) // furthest x on diagonal k, at k+limit
	for d := 0; d <= limit; d++ {
		trace = append(trace, append([]int(nil), at[limit-d:limit+d+2]...))
		for k := -d; k <= d; k += 2 {
			x := advance(at, limit, d, k)
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			at[k+limit] = x
			if x >= len(a) && x-k >= len(b) {
				return backtrack(a, b, trace)
			}
		}
	}
	return nil
}

// advance is where diagonal k begins after one more mark; at[base+k] holds
// diagonal k.
func advance(at []int, base, d, k int) int {
	if k == -d || k != d && at[base+k-1] < at[base+k+1] {
		return at[base+k+1] // down: a line of the new text
	}
	return at[base+k-1] + 1 // right: a line of the old one
}

// backtrack walks from the end along the recorded steps and gives the lines in
// order. Step d of the trace holds the diagonals -d to d+1.
func backtrack(a, b []string, trace [][]int) []line {
	var out []line
	x, y := len(a), len(b)
	for d := len(trace) - 1; d >= 0; d-- {
		k, v := x-y, trace[d]
		from := k - 1
		if k == -d || k != d && v[d+k-1] < v[d+k+1] {
			from = k + 1
		}
		px := 0
		if d > 0 {
			px = v[d+from]
		}
		py := px - from
		if d == 0 {
			py = 0
		}
		for x > px && y > py {
			out = append(out, line{' ', a[x-1]})
			x, y = x-1, y-1
		}
		if d == 0 {
			break
		}
		if x == px {
			out = append(out, line{'+', b[y-1]})
		} else {
			out = append(out, line{'-', a[x-1]})
		}
		x, y = px, py
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}
