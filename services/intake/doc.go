// Package intake takes what partners push: items as JSON, feed bodies, and what
// WebSub hubs deliver.
//
// In: HTTP requests under a partner's key; mail that comes back, from a mailbox
// or a relay; reviews that release or withdraw.
// Out: items on COLLECTED, or held until a person releases them; a receipt that
// says what became of each; what could not be taken in on REJECTED;
// withdrawals, answers by mail and bounces on REVIEWS. Put together by cmd.
//
// The flow of one push, top to bottom: guarded reads the body and proves the
// key; the handler decodes; accept publishes or holds what is good and keeps
// what is not; answer writes the receipt.
package intake
