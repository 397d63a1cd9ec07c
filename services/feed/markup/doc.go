// Package markup makes the HTML of feeds safe to show and plain to read.
//
// In: HTML as a feed carries it, of any quality, with the address it is
// relative to. Out: the same through an allow-list of elements, attributes and
// schemes, balanced, with absolute addresses; and its text with the layout that
// paragraphs and lists give it. Called by package feed and its parts.
package markup
