// Package assemble puts a process together: it reads kulkul.yaml, opens the bus,
// the store and the running configuration, and builds services with their own
// constructors.
//
// In: a configuration, a data folder. Out: parts to run. Called by the
// commands: `kulkul up` takes every service, `kulkul collector` takes one;
// nothing else differs but which NATS and which ClickHouse the configuration
// names.
package assemble
