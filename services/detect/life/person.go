package life

import (
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Review applies a person's verdict (ack, resolve, escalate) to the alert it
// names. A verdict on an episode that is over, on an alert that is not there, or
// that was applied before changes nothing: no event, the same flashpoint.
func (f Flashpoint) Review(r kulkul.Review, p Policy) (Flashpoint, []kulkul.AlertEvent) {
	s, known := f.Find(r.Alert)
	a := s.Alert
	if !known || a.State == kulkul.Resolved || (r.Episode != 0 && r.Episode != a.Episode) {
		return f, nil
	}
	at := r.At.UTC()
	if at.Before(a.UpdatedAt) {
		at = a.UpdatedAt // the clocks of console and detector differ: the verdict stands
	}
	x := &stepper{s: s.clone(), p: p, at: at}
	switch r.Verdict {
	case kulkul.Ack:
		x.acknowledge(r.By)
	case kulkul.Resolve:
		x.s.Muted = at.Add(p.Mute)
		x.close(r.By)
	case kulkul.Escalate:
		x.escalate(f, r)
	}
	if len(x.events) == 0 {
		return f, nil
	}
	next := f
	if x.s.Alert.FlashpointEpisode > f.Episode {
		next.Episode, next.Open = x.s.Alert.FlashpointEpisode, true
	}
	return next.with(x.s).Settle(), x.events
}

func (x *stepper) acknowledge(by string) {
	a := &x.s.Alert
	if a.Acknowledged != "" {
		return
	}
	a.Acknowledged, a.AcknowledgedAt = by, x.at
	x.emit(kulkul.Acknowledged, a.Level)
	x.events[0].By = by
}

// escalate sets a higher level by hand; an alert that is pending or recovering
// fires by it. A level that the alert has already is confirmed: it no longer
// falls by itself.
func (x *stepper) escalate(f Flashpoint, r kulkul.Review) {
	a := &x.s.Alert
	from := a.Level
	want := r.Level
	if want == kulkul.NoLevel {
		want = min(from+1, kulkul.Critical)
	}
	if want < from || want > kulkul.Critical || (want == from && a.Escalated) {
		return
	}
	a.Level, a.Peak, a.Escalated = want, max(a.Peak, want), true
	x.s.Low, x.s.Calm = time.Time{}, time.Time{}
	if a.State == kulkul.Pending {
		a.FiredAt, a.FlashpointEpisode = x.at, f.Episode
		if !f.Open {
			a.FlashpointEpisode++
		}
	}
	a.State, a.RecoveringAt, a.Inhibited = kulkul.Firing, time.Time{}, ""
	x.emit(kulkul.Escalated, from)
	x.events[0].By = r.By
}
