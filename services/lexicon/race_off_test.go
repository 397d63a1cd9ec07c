//go:build !race

package lexicon

// raced says that the race detector is on.
const raced = false
