package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/embedded/mailbox"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Show lets the invented world happen and tells what came of it.
type Show struct {
	World    World
	Sites    []Site
	Start    time.Time
	Out      io.Writer
	Password string // of the account admin
	Once     bool   // end everything when done
	// Limit is how long the main job may take.
	Limit time.Duration
}

// ErrIncomplete is returned where the main job did not come to its end in time.
var ErrIncomplete = errors.New("the demonstration did not come to its end")

// outcome is what has come of the world so far.
type outcome struct {
	fetches map[string]kulkul.Fetch // last of each feed
	items   int
	tagged  int
	alerts  []kulkul.Alert
	mails   []mailbox.Summary
}

// Run pushes, waits until every feed was asked, an alert has fired and its mail
// lies in the mailbox, and prints the summary. With Once it then ends
// everything; else it stays until ctx ends.
func (s *Show) Run(ctx context.Context, u *assemble.Upped) error {
	fmt.Fprintf(s.Out, "Kulkul: %d invented feeds are being watched, %d partners push.\n", len(s.Sites), len(s.World.Pushes))
	if err := s.push(ctx, u); err != nil {
		return err
	}
	o, err := s.await(ctx, u)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.tell(o, u)
	if err != nil {
		return err
	}
	if s.Once {
		return assemble.Done()
	}
	fmt.Fprintf(s.Out, "It stays up. Ctrl-C ends it.\n")
	<-ctx.Done()
	return nil
}

// await looks until all is there, or the limit is reached.
func (s *Show) await(ctx context.Context, u *assemble.Upped) (outcome, error) {
	deadline := time.Now().Add(s.Limit)
	for {
		o, err := s.look(ctx, u)
		if err != nil && !errors.Is(err, store.ErrSchema) {
			return o, err
		}
		missing := s.missing(o)
		if len(missing) == 0 {
			return o, nil
		}
		if time.Now().After(deadline) {
			return o, fmt.Errorf("%w within %v: %s", ErrIncomplete, s.Limit, strings.Join(missing, "; "))
		}
		if err := rest(ctx, 200*time.Millisecond); err != nil {
			return o, err
		}
	}
}

// look reads what has come of the world.
func (s *Show) look(ctx context.Context, u *assemble.Upped) (outcome, error) {
	o := outcome{fetches: map[string]kulkul.Fetch{}}
	fetches, err := u.Store.Fetches(ctx, store.FetchFilter{})
	if err != nil {
		return o, err
	}
	for _, f := range fetches {
		if _, later := o.fetches[f.Feed]; !later {
			o.fetches[f.Feed] = f
		}
	}
	if version := u.Active.Version(); version != "" {
		list, err := u.Store.Observations(ctx, version, kulkul.DayOf(s.Start.AddDate(-1, 0, 0)), kulkul.DayOf(time.Now()), store.ObservationFilter{Untagged: true})
		if err != nil {
			return o, err
		}
		o.items = len(list)
		for _, i := range list {
			if len(i.Pairs) > 0 {
				o.tagged++
			}
		}
	}
	if o.alerts, err = u.Store.Alerts(ctx, store.AlertFilter{States: []kulkul.State{kulkul.Firing}}); err != nil {
		return o, err
	}
	o.mails, _, err = mailbox.Folder{Dir: u.Engines.MailDir}.List(0, 50)
	return o, err
}

// expected is how many items the world holds that can be read.
func (s *Show) expected() int {
	n := 0
	for _, i := range slices.Concat(s.World.Institutes, s.World.Pushes) {
		n += len(i.Items)
	}
	return n - 1 // of the broken feed the last item is cut away
}

// missing says what has not happened yet.
func (s *Show) missing(o outcome) []string {
	var out []string
	for _, site := range s.Sites {
		if _, asked := o.fetches[site.ID]; !asked {
			out = append(out, site.ID+" was not asked")
		}
	}
	if o.items < s.expected() {
		out = append(out, fmt.Sprintf("%d of %d items are stored", o.items, s.expected()))
	}
	if len(o.alerts) == 0 {
		out = append(out, "no alert has fired")
	}
	if len(o.mails) == 0 {
		out = append(out, "no mail was delivered")
	}
	return out
}

// tell prints the summary.
func (s *Show) tell(o outcome, u *assemble.Upped) {
	fmt.Fprintf(s.Out, "\nFEEDS\n")
	t := tabwriter.NewWriter(s.Out, 2, 4, 2, ' ', 0)
	for _, site := range s.Sites {
		f := o.fetches[site.ID]
		what := fmt.Sprintf("%d items", f.Items)
		if f.Problems > 0 {
			what += fmt.Sprintf(", %d problems", f.Problems)
		}
		if f.Error != "" {
			what += ": " + f.Error
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%d\t%s\n", site.Name, site.Format, site.Language, f.Status, what)
	}
	for _, p := range s.World.Pushes {
		fmt.Fprintf(t, "  %s\tpush\t%s\t\t%d items\n", p.Name, p.Language, len(p.Items))
	}
	_ = t.Flush() // a terminal that is gone hears nothing more
	fmt.Fprintf(s.Out, "\nITEMS\n  %d stored, %d of them tagged\n", o.items, o.tagged)
	fmt.Fprintf(s.Out, "\nALERTS\n")
	for _, a := range o.alerts {
		if a.Inhibited != "" {
			continue // explained by another that stands here
		}
		fmt.Fprintf(s.Out, "  %s · %s/%s, episode %d\n", a.Level, a.Key.Flashpoint, a.Key.Area, a.Episode)
		for _, r := range a.Reasons {
			fmt.Fprintf(s.Out, "    %s\n", r.Text)
		}
	}
	fmt.Fprintf(s.Out, "\nMAIL\n")
	for _, m := range o.mails {
		fmt.Fprintf(s.Out, "  to %s: %s\n", strings.Join(m.To, ", "), m.Subject)
	}
	fmt.Fprintf(s.Out, "\nLOOK\n  console  %s  (user admin, password %s)\n  mailbox  %s/outbox, files in %s\n\n",
		u.Info.Console, s.Password, u.Info.Console, u.Engines.MailDir)
}
