// Package config is the configuration: strict reading of YAML files, and the
// running configuration that lives, versioned, in a bucket.
//
// In: files under configs/, the config bucket. Out: an immutable Snapshot of
// what is in force, and word of every change. Called by every service and by
// the commands. What the engines read for themselves (taxonomy, indicators)
// passes through as bytes.
package config
