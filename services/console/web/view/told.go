package view

import (
	"context"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Told is a delivery and what its recipient answered.
type Told struct {
	kulkul.Delivery
	// Answer is concur, doubt, ack, note …; empty: nothing yet.
	Answer   string    `json:"answer,omitempty"`
	Answered time.Time `json:"answered,omitzero"`
}

// told finds the recipient's last answer, by mail or on the console, since the
// delivery.
func told(d kulkul.Delivery, newestFirst []kulkul.Review) Told {
	t := Told{Delivery: d}
	for _, v := range newestFirst {
		if v.By != d.Recipient || v.At.Before(d.At) {
			continue
		}
		t.Answer, t.Answered = string(v.Verdict), v.At
		if v.Assessment != nil {
			t.Answer = v.Assessment.Opinion
		}
		return t
	}
	return t
}

// until bounds what was known at a moment; zero: everything is.
func until(at time.Time) store.Span {
	if at.IsZero() {
		return store.Span{}
	}
	return store.Span{To: at.Add(time.Millisecond)}
}

// maxAudit is how many lines about one alert are shown.
const maxAudit = 50

func (r *Reader) alertAudit(ctx context.Context, u kulkul.User, p *AlertPage) error {
	if !u.Role.AtLeast(kulkul.RoleAnalyst) {
		return nil
	}
	var err error
	p.Audit, err = r.Store.Audit(ctx, store.AuditFilter{Object: "/alerts/" + p.ID, At: until(p.At), Limit: maxAudit})
	if err != nil {
		return fmt.Errorf("read audit of alert: %w", err)
	}
	return nil
}
