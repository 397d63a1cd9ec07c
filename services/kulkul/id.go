package kulkul

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Any stands, in JSON and on screen, for "any area" or "any flashpoint": the
// series of a total.
const Any = "*"

// None stands, in subjects and keys, for "no area" or "no flashpoint".
const None = "_"

// Hash gives the identity of a thing made from its parts: the first 16 bytes of
// SHA-256 over the parts, each preceded by its length so that no two different
// lists of parts collide, as 32 lower-case hexadecimal digits.
func Hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// ItemID is the identity of an item: its authenticated source and the guid
// under which the source publishes it, or its canonical link where it has no
// guid. The same pair gives the same id for ever.
func ItemID(source, guidOrLink string) string { return Hash("item", source, guidOrLink) }

// ValidID reports whether s may be the id of a source, feed, flashpoint or
// area: 1 to 64 characters of a–z, 0–9 and '-', so that it is one NATS token,
// one key and one path element.
func ValidID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	}) < 0
}
