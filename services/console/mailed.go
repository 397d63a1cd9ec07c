package console

import (
	"context"
	"fmt"
	"net/http"

	"github.com/kulkul-ews/kulkul/services/console/web"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// sendBulletin has a published bulletin mailed; asked twice, it goes once.
func (s *Service) sendBulletin(w http.ResponseWriter, r *http.Request) error {
	if r.PostFormValue("confirm") != "1" {
		return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "Confirm that it is to be sent."}
	}
	id := r.PathValue("id")
	b, _, err := s.bulletinFor(r)
	if err != nil {
		return err
	}
	beside, err := s.around(r.Context(), userOf(r), b)
	if err != nil {
		return err
	}
	if beside.After != nil && beside.After.Published() {
		return web.Refusal{Status: http.StatusConflict, Text: "It was corrected: send the edition that took its place."}
	}
	if n, _, err := s.readers(r.Context(), b); err != nil {
		return err
	} else if n == 0 {
		return web.Refusal{Status: http.StatusConflict, Text: "Nobody of the register asked for the bulletin and is cleared for this one."}
	}
	sent, err := s.weekly.Send(r.Context(), id, userOf(r).Name)
	if err != nil {
		return err
	}
	if sent {
		s.audit(r, userOf(r).Name, "bulletin-send", id, b.Edition())
	}
	http.Redirect(w, r, "/bulletins/"+id+"?done=mailed", http.StatusSeeOther)
	return nil
}

// mailed reads to how many a published bulletin goes and what became of it.
func (s *Service) mailed(r *http.Request, b kulkul.Bulletin, body *bulletinBody) error {
	var err error
	if body.Readers, body.Had, err = s.readers(r.Context(), b); err != nil || !b.Sent() {
		return err
	}
	body.Deliveries, err = s.deps.Store.Deliveries(r.Context(), store.DeliveryFilter{Event: b.Edition(), Limit: maxEvents})
	for _, d := range body.Deliveries {
		if taken(d) {
			body.Went++
		}
	}
	return err
}

// readers counts who a published bulletin goes to: who asked for it and is
// cleared, and of a correction who has an edition before. It says as well
// whether anybody has.
func (s *Service) readers(ctx context.Context, b kulkul.Bulletin) (count int, had bool, err error) {
	people := s.deps.Settings.Current().People
	to := map[string]bool{}
	for _, p := range people.Subscribers(b) {
		to[p.ID] = true
	}
	if b.Correction == nil {
		return len(to), false, nil
	}
	for _, edition := range b.Correction.Editions {
		list, err := s.deps.Store.Deliveries(ctx, store.DeliveryFilter{Event: edition, Limit: maxEvents})
		if err != nil {
			return 0, false, fmt.Errorf("read who has the edition before: %w", err)
		}
		for _, d := range list {
			had = had || taken(d)
			if p, ok := people.Find(d.Recipient); ok && taken(d) && !p.Disabled {
				if _, cleared := people.Shows(p, b); cleared {
					to[p.ID] = true
				}
			}
		}
	}
	return len(to), had, nil
}

// taken reports whether the relay took a mail.
func taken(d kulkul.Delivery) bool { return d.Status == "sent" || d.Status == "delayed" }
