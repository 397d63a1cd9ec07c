// Package evaluate compares tags with labelled texts.
//
// In: labelled items (JSON Lines) and what a taxonomy says of them. Out: counts,
// precision, recall and F1 with 95 % intervals per area, per flashpoint and per
// language, and how many items without a label got no tag. Called by
// `kulkul eval tags` and by tests. Everything is deterministic.
package evaluate
