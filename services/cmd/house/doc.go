// Package house checks the house itself: that imports follow the design's
// rules, that docs/flow.md tells the truth about the bus, that the deployment
// files name what the binaries read. It has tests only.
package house
