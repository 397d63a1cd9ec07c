// Package revise publishes what is new or changed, and nothing else: the one
// place where the revision of an item is decided.
//
// In: items as they were just read from a feed or a partner's push. Out: those
// whose content differs from the last seen under their id, published on
// COLLECTED with the next revision and recorded, and the fate of each. Called
// by the collector, the intake and the import, which write the revisions bucket by
// compare-and-set.
//
// The record is written twice: open, before the item is published, and closed,
// after the publish is acknowledged. A crash in between leaves it open: the same
// content is then published again under the same revision and message id, which
// every later stage takes as the same thing, and another content under the next
// revision. So a revision stands for one content, whatever happens.
package revise
