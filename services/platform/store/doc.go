// Package store is the product's one ClickHouse client: schema, rows, one
// writer and the readers.
//
// In: domain types from the archiver, questions from the detector, the console
// and the commands. Out: tables (schema/*.sql) and domain types. The archiver
// alone writes; detector, console and commands read, best as a user who cannot
// write. The same code speaks HTTP to the laptop's engine and the native
// protocol to a server or cluster.
//
// The schema wants ClickHouse 26.3 or newer, for its text index.
//
// Every write is idempotent: rows carry the content's id and version, and the
// higher version wins, never the later insert. What a reader returns has been
// reduced to one row per id, without withdrawn items.
package store
