// Package scale runs the collector as it ships against thousands of invented
// publishers: for an hour of virtual time, bus and HTTP and all, and for a
// minute of real time over loopback addresses. It has tests only, and is apart
// from the others because virtual and real time must not share a NATS client's
// timers.
package scale
