package notifier

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/address"
	"github.com/kulkul-ews/kulkul/services/notifier/answer"
	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
	"github.com/kulkul-ews/kulkul/services/notifier/words"
)

// Judge says what a mail that came back means: the reviews to publish, none
// where it says nothing (a program's reply, a stranger's mail). It reads the
// ledger and writes nothing: the same mail gives the same ids.
type Judge func(context.Context, kulkul.Returned) ([]kulkul.Review, error)

// Returns makes the judge of mail that comes back, for the intake, whose door it
// comes in by; nil where no address for answers is configured.
func Returns(c Config, d Deps) (Judge, error) {
	book, err := address.Open(c.Mail.Replies)
	if book == nil || err != nil {
		return nil, err
	}
	texts, err := words.Load()
	if err != nil {
		return nil, err
	}
	commands, err := answer.NewCommands(texts)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, m kulkul.Returned) ([]kulkul.Review, error) {
		l, err := ledger.Open(ctx, d.Bus)
		if err != nil {
			return nil, err
		}
		r := returns{book: book, commands: commands, ledger: l, deps: d, mail: m, domain: c.Mail.Domain}
		return r.judge(ctx)
	}, nil
}

// returns judges one mail.
type returns struct {
	book     *address.Book
	commands answer.Commands
	ledger   *ledger.Ledger
	deps     Deps
	mail     kulkul.Returned
	domain   string // right side of Message-IDs
}

// What an analyst reads about a mail that waits.
const (
	whyForged   = "the address it was sent to is forged or damaged"
	whyPurpose  = "the address it was sent to is for bounces, not for answers"
	whyEnded    = "the time for answers has ended"
	whyUnknown  = "the alert it answers is not known, or forgotten since"
	whyGone     = "its recipient is no longer in the register"
	whyFrom     = "it came from another address than the alert went to"
	whyRecused  = "a national of a party does not rate; it can be taken as a comment"
	whyOver     = "the episode is over; it can be taken as a note"
	whyText     = "it holds no text, or too much"
	whyUnproven = "a bounce that names the mail and not its address: anybody could have written it"
)

func (r returns) judge(ctx context.Context) ([]kulkul.Review, error) {
	want := address.Answer
	if r.mail.Bounce != nil {
		want = address.Bounce
	}
	delivery, doubt := r.find(want)
	switch {
	case r.mail.Bounce != nil:
		return r.bounce(ctx, delivery)
	case r.mail.Automatic:
		return nil, nil
	case delivery == "":
		// A stranger's mail stays in the mailbox; one in the name of somebody who is
		// told of alerts does not go unread.
		if doubt == "" || !r.known() {
			return nil, nil
		}
		return r.wait(doubt, "", nil), nil
	}
	return r.answer(ctx, delivery, doubt)
}

// find gives the delivery that one of the mail's addresses was made for, where
// it was made for the purpose wanted, and why that is not enough.
func (r returns) find(want address.Purpose) (delivery, why string) {
	for _, to := range r.mail.To {
		purpose, id, err := r.book.Read(to, r.deps.Now())
		switch {
		case purpose != 0 && purpose != want:
			if delivery == "" {
				why = whyPurpose
			}
		case err == nil:
			return id, ""
		case errors.Is(err, address.ErrEnded):
			delivery, why = id, whyEnded
		case errors.Is(err, address.ErrForged) && delivery == "":
			why = whyForged
		}
	}
	return delivery, why
}

func (r returns) answer(ctx context.Context, delivery, why string) ([]kulkul.Review, error) {
	l, err := letter(ctx, r.ledger, delivery)
	if errors.Is(err, answer.ErrNotFound) {
		return r.wait(whyUnknown, delivery, nil), nil
	}
	if err != nil {
		return nil, err
	}
	register := r.deps.Settings.Current().People
	person, ok := register.Find(l.Delivery.Recipient)
	if !ok || person.Disabled {
		return r.wait(whyGone, delivery, nil), nil
	}
	action, text := r.commands.Read(r.mail.Text)
	a := answer.Answer{Action: action, Text: text, Person: person, Recused: register.Recused(person, l.Delivery.Flashpoint), At: r.mail.At, Mail: r.mail.ID}
	switch {
	case a.Recused && action != link.Note:
		a.Action, a.Text, why = link.Note, r.mail.Text, whyRecused
	case l.Over && action == link.Acknowledge:
		a.Action, a.Text, why = link.Note, r.mail.Text, whyOver
	}
	reviews, err := answer.Reviews(l, a)
	if err != nil { // the text: nothing can be made of it
		return r.wait(whyText, delivery, nil), nil //nolint:nilerr // the analyst is told
	}
	switch {
	case r.mail.Doubt != "":
		why = r.mail.Doubt
	case !strings.EqualFold(r.mail.From, l.Delivery.Address) && !strings.EqualFold(r.mail.From, person.Email):
		why = whyFrom
	}
	if why != "" {
		return r.wait(why, delivery, reviews), nil
	}
	return reviews, nil
}

// bounce takes a bounce at its word where it came to an address that only the
// mail itself carried. One that is known by its Message-ID alone waits.
func (r returns) bounce(ctx context.Context, delivery string) ([]kulkul.Review, error) {
	proven := delivery != ""
	if !proven {
		id, domain, _ := strings.Cut(r.mail.Original, "@")
		if !strings.EqualFold(domain, r.domain) {
			return nil, nil
		}
		delivery = id
	}
	if _, err := letter(ctx, r.ledger, delivery); errors.Is(err, answer.ErrNotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	b := kulkul.Review{ID: kulkul.Hash("bounce", delivery, r.mail.ID), Verdict: kulkul.Bounced, At: r.mail.At.UTC(), By: "mail", Via: "mail",
		Delivery: delivery, Bounce: r.mail.Bounce, Text: r.mail.Bounce.Text}
	if !proven {
		return r.wait(whyUnproven, delivery, []kulkul.Review{b}), nil
	}
	return []kulkul.Review{b}, nil
}

// wait sets the mail aside for an analyst.
func (r returns) wait(why, delivery string, reviews []kulkul.Review) []kulkul.Review {
	return []kulkul.Review{{ID: kulkul.Hash("reply", r.mail.ID), Verdict: kulkul.Held, At: r.mail.At.UTC().Truncate(time.Millisecond), By: "mail", Via: "mail",
		Delivery: delivery, Text: why, Reply: &kulkul.Reply{Mail: r.mail, Why: why, Answer: reviews}}}
}

// known reports whether the mail claims to come from somebody in the register.
func (r returns) known() bool {
	for _, p := range r.deps.Settings.Current().People.People {
		if strings.EqualFold(p.Email, r.mail.From) {
			return true
		}
	}
	return false
}
