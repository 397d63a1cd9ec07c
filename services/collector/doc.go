// Package collector pulls feeds: it asks every feed of the running
// configuration when its time has come, publishes what is new or changed, and
// judges the feed's health.
//
// In: the configuration's sources, the publishers' answers over HTTP. Out:
// items on COLLECTED, fetch records and health on HEALTH, what could not be
// taken in on REJECTED; validators, next poll and memory of each feed in the
// polls bucket. Put together by cmd.
//
// The flow of one poll, top to bottom: Run takes the feed that is due from the
// queue; poll asks for it (fetch), takes its items in (feed, revise), learns
// from the answer (health, schedule) and saves what it learnt. Validators are
// saved only when every item of the body they stand for is durable.
package collector
