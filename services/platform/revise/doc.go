// Package revise publishes what is new or changed, and nothing else: the one
// place where the revision of an item is decided.
//
// In: items as they were just read from a feed or a partner's push. Out: those
// whose content differs from the last seen under their id, published on
// COLLECTED with the next revision and recorded, and the fate of each. Called
// by the collector, the intake and the import, which write the revisions bucket by
// compare-and-set.
//
// The record is written after the publish is acknowledged. A crash in between
// publishes the same revision again under the same message id, which every
// later stage takes as the same thing.
package revise
