// Package story finds the items that tell the same story: reposts, syndicated
// copies, lightly edited reprints, across sources and within one.
//
// In: documents in order of arrival. Out: for each the story it belongs to, and
// the joins it made known between stories that were thought to be two. The
// index is a value: it can be rebuilt from its entries. Called by the tagger
// and by commands; it knows no bus, store or clock.
//
// Two documents are linked if their publication lies within the window and
//
//   - they have the same canonical link and at least a quarter of their
//     shingles in common (a link alone may be a page that changes), or
//   - they have the same headline, long enough to be no accident, or
//   - the Jaccard similarity of their shingles is at least 0.6 (Broder 1997,
//     "On the resemblance and containment of documents").
//
// Two documents of one owner whose titles hold different figures are not
// linked: they are parts of a series ("day 1,408"), and so are two under one
// headline whose texts have little in common, and two of its pages that read
// alike twenty hours apart or more, unless they bear the same telling headline.
//
// A story is a connected component of these links. Linking looks at the two
// documents alone, so the components do not depend on the order of arrival;
// only a story's id does, which is fixed at first sight.
package story
