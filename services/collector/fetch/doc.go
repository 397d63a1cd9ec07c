// Package fetch asks a publisher for a feed, once and politely.
//
// In: an address, the validators of the last answer, limits. Out: what came of
// it: the decoded body or why there is none, the validators of this answer, the
// redirects on the way and when the server wants to be asked again. Called by
// the collector for every poll and for `kulkul feed fetch`.
//
// It connects through the guarded dialer alone, keeps no state beside the
// connections, and decides nothing about the next time.
package fetch
