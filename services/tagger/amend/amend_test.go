package amend_test

import (
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/tagger/amend"
)

func review(v kulkul.Verdict, by string) kulkul.Review {
	return kulkul.Review{Verdict: v, By: by, Item: &kulkul.Item{ID: "i", Source: "gazette", Revision: 1}, Areas: []string{"terrorism"}}
}

func TestDecisionsAboutAnItem(t *testing.T) {
	corrected := amend.Decide(amend.Amendment{}, review(kulkul.Correct, "ana"), 5, 1)
	if !corrected.Corrected || corrected.Sequence != 5 || corrected.Areas[0] != "terrorism" {
		t.Fatalf("a correction gave %+v", corrected)
	}
	if again := amend.Decide(corrected, review(kulkul.Withdraw, "ana"), 5, 1); again.Withdrawn {
		t.Error("a review that was not newer was taken in")
	}
	gone := amend.Decide(corrected, review(kulkul.Withdraw, "ana"), 6, 1)
	if !gone.Withdrawn || gone.Own || !gone.Corrected {
		t.Errorf("an analyst's withdrawal gave %+v; want withdrawn, the correction kept", gone)
	}
	if back := amend.Decide(gone, review(kulkul.Release, "ana"), 7, 1); back.Withdrawn {
		t.Errorf("a release gave %+v", back)
	}
}

func TestWithdrawalAndLaterRevisions(t *testing.T) {
	for _, c := range []struct {
		name     string
		by       string
		revision uint64
		want     bool
	}{
		{"an analyst's holds for the revision", "ana", 1, true},
		{"an analyst's holds for later revisions", "ana", 2, true},
		{"a publisher's holds for the revision", "gazette", 1, true},
		{"a publisher's is undone by a newer revision", "gazette", 2, false},
	} {
		a := amend.Decide(amend.Amendment{}, review(kulkul.Withdraw, c.by), 9, 1)
		i := kulkul.Item{ID: "i", Source: "gazette", Revision: c.revision}
		a.Apply(&i)
		if i.Withdrawn != c.want || i.Amendment != 9 {
			t.Errorf("%s: withdrawn %v under amendment %d", c.name, i.Withdrawn, i.Amendment)
		}
	}
}

func TestAPersonsTagsReplaceTheRules(t *testing.T) {
	tagged := kulkul.Tagged{Areas: []kulkul.Tag{{ID: "environment", Score: 0.7}}, Flashpoints: []kulkul.Tag{{ID: "papua", Score: 0.9}}}
	amend.Amendment{}.Tags(&tagged)
	if tagged.Corrected || tagged.Areas[0].ID != "environment" {
		t.Fatalf("no amendment changed the tags: %+v", tagged)
	}
	amend.Decide(amend.Amendment{}, review(kulkul.Correct, "ana"), 1, 1).Tags(&tagged)
	if !tagged.Corrected || len(tagged.Areas) != 1 || tagged.Areas[0].ID != "terrorism" || tagged.Areas[0].Evidence[0].Text != "ana" || len(tagged.Flashpoints) != 0 {
		t.Errorf("got %+v", tagged)
	}
}
