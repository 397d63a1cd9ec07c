// Package life is the life of an alert as a pure state machine: pending →
// firing → recovering → resolved, its level with hysteresis, and what people do
// to it.
//
// In: the state so far, what one evaluation found, the policy and the instant
// the evaluation speaks for. Out: the new state and the events that tell of
// the change. Called by evaluate for findings and by the detector service for
// people's verdicts. It has no clock: holds and cool-downs are differences of
// the instants given, and an instant before the last change changes nothing.
// docs/alert-states.md holds the transition table; a test keeps the two equal.
package life
