// Package backup keeps everything that Kulkul remembers in a folder, and brings
// it back where nothing is: the streams and buckets of the bus, with sequences,
// revisions and how far each durable is, and the store's database.
//
// In: a bus, a store, a folder. Out: the folder's files, or a bus and a store
// that hold what they held. Called by the commands backup and restore.
//
// The flow need not stop. The bus is taken first, in the order of the flow
// (bus.SnapshotOrder), the store last: a message that moves on meanwhile is
// still in the stream it came from, so it comes again after a restore and its
// effect, which the store may have already, is repeated and changes nothing.
// The other way round a message that was taken off the bus after the store was
// copied would be in neither.
package backup
