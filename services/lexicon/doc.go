// Package lexicon tags texts: what language they are in, which of the eight
// priority areas and the twenty flashpoints they are about, and which words
// say so.
//
// In: the taxonomy files (docs/taxonomy-format.md) once, then texts. Out: tags
// with scores and evidence. Called by the tagger, by the console where an
// analyst tries a text, and by the commands tag, eval and check. It knows no
// bus, no store, no clock and no network.
//
// Beside it stand its parts: rulefile reads the files, terms the small syntax
// of a term, fold turns text into symbols, match finds terms, language tells
// languages apart, story finds near-duplicates, evaluate compares tags with
// labelled texts, train makes the model that weighs what the rules say.
package lexicon
