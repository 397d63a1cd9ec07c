package notifier

import (
	"context"
	"fmt"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// logRecusal writes down that a person is told as a national of a party, and
// asked for no rating. It comes before the delivery, so that none goes without.
func (s *Service) logRecusal(ctx context.Context, d kulkul.Delivery) error {
	line := kulkul.Audit{ID: kulkul.Hash("audit", "recused", d.ID), At: d.At, Service: "notifier", Who: d.Recipient, Action: "recused",
		Object: fmt.Sprintf("%s #%d", d.Flashpoint, d.Episode), Detail: d.Notification + ": told as a national of a party; no rating is asked"}
	m, err := bus.NewMessage(bus.AuditSubject("notifier"), line.ID, line)
	if err != nil {
		return err
	}
	return s.deps.Bus.Publish(ctx, m)
}
