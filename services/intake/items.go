package intake

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/kulkul-ews/kulkul/services/feed"
	"github.com/kulkul-ews/kulkul/services/feed/push"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// postItems takes one item or a list of items as JSON.
func (s *Service) postItems(ctx context.Context, w http.ResponseWriter, c call) error {
	if media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return fail(http.StatusUnsupportedMediaType, codeMedia, "send application/json")
	}
	return s.once(ctx, w, c, func() (answer, error) {
		results, list, err := push.Decode(c.body, push.Limits{MaxBytes: int(s.config.MaxDecoded), MaxItems: s.config.MaxItems})
		if err != nil {
			return answer{}, s.refuseBody(ctx, c, bodyProblem(err))
		}
		p, err := s.parcel(c)
		if err != nil {
			return answer{}, err
		}
		for _, r := range results {
			p.add(r.Index, r.Item.ID, r.Item.Item(p.source, p.feed, p.at), s.faults(r, list))
		}
		return s.accept(ctx, c, p)
	})
}

func bodyProblem(err error) *problem {
	switch {
	case errors.Is(err, push.ErrLimit):
		return fail(http.StatusRequestEntityTooLarge, codeLimit, err.Error())
	case errors.Is(err, push.ErrShape):
		return fail(http.StatusUnprocessableEntity, codeShape, err.Error())
	}
	return fail(http.StatusBadRequest, codeSyntax, err.Error())
}

// ahead is how far an item's date may lie in the future: clocks and time zones.
const ahead = 24 * time.Hour

// faults are those of decoding, and a date in the future.
func (s *Service) faults(r push.Result, list bool) []kulkul.ReceiptProblem {
	var out []kulkul.ReceiptProblem
	for _, f := range r.Faults {
		out = append(out, kulkul.ReceiptProblem{Pointer: f.Pointer, Code: f.Code, Detail: f.Detail})
	}
	limit := s.deps.Now().Add(ahead)
	at := ""
	if list {
		at = "/" + strconv.Itoa(r.Index)
	}
	for _, t := range []struct {
		name string
		at   time.Time
	}{{"published", r.Item.Published}, {"updated", r.Item.Updated}} {
		if t.at.After(limit) {
			out = append(out, kulkul.ReceiptProblem{Pointer: at + "/" + t.name, Code: "future",
				Detail: "lies in the future; to publish later send embargo"})
		}
	}
	return out
}

// postFeeds takes a feed document in any format.
func (s *Service) postFeeds(ctx context.Context, w http.ResponseWriter, c call) error {
	return s.once(ctx, w, c, func() (answer, error) {
		doc, err := feed.Parse(c.body, feed.Options{ContentType: c.r.Header.Get("Content-Type"),
			MaxBytes: int(s.config.MaxDecoded), MaxItems: s.config.MaxItems})
		if err != nil {
			status, code := http.StatusUnprocessableEntity, codeNotFeed
			if errors.Is(err, feed.ErrTooBig) {
				status, code = http.StatusRequestEntityTooLarge, codeLimit
			}
			return answer{}, s.refuseBody(ctx, c, fail(status, code, err.Error()))
		}
		p, err := s.parcel(c)
		if err != nil {
			return answer{}, err
		}
		p.document(doc)
		return s.accept(ctx, c, p)
	})
}

// document adds the entries of a feed document.
func (p *parcel) document(doc feed.Document) {
	problems := map[int][]kulkul.ReceiptProblem{}
	for _, f := range doc.Problems {
		at := "document"
		if f.Index >= 0 {
			at = "entry " + strconv.Itoa(f.Index)
		}
		problems[f.Index] = append(problems[f.Index], kulkul.ReceiptProblem{Pointer: at, Code: f.Code, Detail: f.Reason})
	}
	seen := map[string]int{}
	for i, e := range doc.Items {
		it := e.Item(p.source, p.feed, p.at)
		faults := []kulkul.ReceiptProblem(nil)
		at := "entry " + strconv.Itoa(i)
		if it.Title == "" && it.Summary == "" && it.Text == "" {
			faults = append(faults, kulkul.ReceiptProblem{Pointer: at, Code: feed.CodeEmpty, Detail: "neither title nor text"})
		}
		if j, twice := seen[it.ID]; twice {
			faults = append(faults, kulkul.ReceiptProblem{Pointer: at, Code: push.CodeDuplicate, Detail: fmt.Sprintf("the same item as entry %d", j)})
		}
		seen[it.ID] = i
		p.add(i, e.GUID, it, faults)
		p.lines[len(p.lines)-1].Problems = append(p.lines[len(p.lines)-1].Problems, problems[i]...)
	}
}
