// Package feed turns the bytes of a feed document into items.
//
// In: a body as it came over HTTP, with its address and content type. Out: a
// Document: what the feed says of itself, one Entry per published thing in
// document order, and a Problem for everything that had to be mended or set
// aside. Called by the collector, the intake, the console's try-out and the
// commands. It reads RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed 1.x and
// CDF, in any charset a browser knows, well formed or not.
//
// It knows no network, bus, store or clock. It is the only package that imports
// gofeed. A Parse call keeps nothing; all functions may run concurrently.
package feed
