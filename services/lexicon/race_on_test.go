//go:build race

package lexicon

// raced says that the race detector is on: it drops pooled memory at random
// and slows some code more than other, so that costs cannot be held to bounds.
const raced = true
