package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/kulkul-ews/kulkul/services/console/web/mailbox"
	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

type systemBody struct {
	view.System
	Streams []streamRow
	Audit   []kulkul.Audit
}

type streamRow struct {
	bus.StreamState
	Size string
}

// System shows how the product itself is.
func (p *Pages) System() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		s, err := p.View.System(r.Context())
		if err != nil {
			return err
		}
		body := systemBody{System: s}
		if !s.Away {
			if body.Audit, err = p.View.Store.Audit(r.Context(), store.AuditFilter{Limit: 50}); err != nil {
				return fmt.Errorf("read audit: %w", err)
			}
		}
		for _, st := range s.Streams {
			body.Streams = append(body.Streams, streamRow{st, size(int64(st.Bytes))})
		}
		return p.show(w, r, "system", "System", "system", body)
	})
}

// outboxMails is how many mails the outbox lists.
const outboxMails = 200

// Outbox lists kept mail.
func (p *Pages) Outbox() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		mails, err := p.Mailbox.List(outboxMails)
		if err != nil {
			return err
		}
		return p.show(w, r, "outbox", "Outbox", "outbox", mails)
	})
}

// Mail shows one kept mail: its text, its pictures, and its HTML as source.
func (p *Pages) Mail() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		m, err := p.mail(r)
		if err != nil {
			return err
		}
		return p.show(w, r, "mail", m.Subject, "outbox", m)
	})
}

// Picture gives a picture of a kept mail.
func (p *Pages) Picture() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		m, err := p.mail(r)
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 0 || n >= len(m.Pictures) {
			return store.ErrNotFound
		}
		w.Header().Set("Content-Type", m.Pictures[n].Type)
		_, _ = w.Write(m.Pictures[n].Data) // fails only where the reader has gone
		return nil
	})
}

func (p *Pages) mail(r *http.Request) (mailbox.Mail, error) {
	m, err := p.Mailbox.Read(r.PathValue("id"))
	if errors.Is(err, mailbox.ErrNotFound) {
		return m, errors.Join(store.ErrNotFound, err)
	}
	return m, err
}
