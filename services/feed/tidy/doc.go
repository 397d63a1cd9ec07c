// Package tidy turns what feeds call XML into XML.
//
// In: the UTF-8 text of a document that ought to be a feed: truncated, with
// bare ampersands, stray or missing tags, undeclared prefixes, junk around it,
// entities of its own. Out: a well-formed document of one known shape that a
// strict parser reads without surprises, what the shape cannot carry (lines,
// languages) beside it, and a Fault for everything that was mended. Called by
// package feed.
//
// The shape: one root, feed-level elements and entries directly inside
// (rss/channel or feed), no DTD, no namespace declarations (names carry their
// usual prefixes), names in lower case, text in CDATA sections, addresses
// resolved against xml:base, and every text construct as HTML whatever type it
// declared.
package tidy
