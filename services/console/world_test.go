package console

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// tax is the taxonomy version under which the invented world is tagged.
const tax = "3f9a61c0d2b84e57"

// publisher is an invented source.
type publisher struct{ id, name, owner, country, track, language string }

func publishers() []publisher {
	return []publisher{
		{"straits-ledger", "The Straits Ledger", "ledger-group", "SG", "media", "en"},
		{"ledger-weekend", "Ledger Weekend", "ledger-group", "SG", "media", "en"},
		{"archipelago-review", "Archipelago Review", "archipelago-review", "ID", "2", "en"},
		{"kompas-nusa", "Kompas Nusa", "nusa-media", "ID", "media", "id"},
		{"bien-dong-forum", "Diễn đàn Biển", "vien-bien", "VN", "2", "vi"},
		{"mekong-monitor", "Mekong Monitor", "mekong-trust", "TH", "2", "en"},
		{"siam-courier", "Siam Courier", "siam-courier", "TH", "media", "th"},
		{"angkor-times", "Angkor Times", "angkor-press", "KH", "media", "en"},
		{"luzon-post", "Luzon Post", "luzon-post", "PH", "media", "en"},
		{"manila-seminar", "Manila Seminar on Security", "manila-seminar", "PH", "2", "en"},
		{"hanseong-institute", "Hanseong Institute", "hanseong-institute", "KR", "2", "en"},
		{"dong-a-desk", "Dong Desk", "dong-desk", "KR", "media", "ko"},
		{"tokai-brief", "Tōkai Brief", "tokai-foundation", "JP", "2", "ja"},
		{"pearl-observer", "Pearl Observer", "pearl-house", "CN", "media", "zh"},
		{"yangon-log", "Yangon Log", "yangon-log", "MM", "media", "en"},
		{"bay-bulletin", "Bay Bulletin", "bay-bulletin", "BD", "media", "en"},
		{"himalaya-watch", "Himalaya Watch", "himalaya-watch", "IN", "2", "en"},
		{"indus-digest", "Indus Digest", "indus-digest", "PK", "media", "en"},
		{"southern-cross-papers", "Southern Cross Papers", "southern-cross", "AU", "2", "en"},
		{"reef-radio", "Reef Radio", "reef-radio", "SB", "media", "en"},
		{"forum-secretariat", "Forum Secretariat", "forum-secretariat", "ID", "1", "en"},
		{"tasman-dialogue", "Tasman Dialogue", "tasman-dialogue", "NZ", "1.5", "en"},
		{"borneo-wire", "Borneo Wire", "borneo-wire", "MY", "media", "ms"},
		{"kuril-notes", "Northern Sea Notes", "northern-sea-notes", "RU", "2", "ru"},
	}
}

// theme is a kind of news: how often it comes, what it is about, its words.
type theme struct {
	flashpoint, area string
	rate             float64 // stories a day
	burst            float64 // factor over the last burstDays
	burstDays        int
	title            string // %s: a detail; the part before "|" is the evidence
}

func themes() []theme {
	return []theme{
		{"south-china-sea", "maritime-security", 1.1, 4.2, 3, "Coast guard vessels| meet at close range near %s Shoal"},
		{"south-china-sea", "territorial-disputes", 0.9, 2.8, 4, "Rival claims| restated after survey ship enters %s Bank"},
		{"south-china-sea", "political-legal-disputes", 0.4, 2, 3, "Formal protest| handed over on the %s incident"},
		{"south-china-sea", "environment", 0.15, 1, 0, "Reef survey| finds coral loss around %s"},
		{"thailand-cambodia-border", "territorial-disputes", 0.5, 6, 5, "Border troops| exchange fire near %s temple"},
		{"thailand-cambodia-border", "movement-of-peoples", 0.1, 12, 4, "Villagers leave homes| along the %s road"},
		{"thailand-cambodia-border", "political-legal-disputes", 0.2, 3, 4, "Ceasefire talks| proposed in %s"},
		{"myanmar-conflict", "political-legal-disputes", 1.3, 1.1, 4, "Resistance and army| trade claims over %s town"},
		{"myanmar-conflict", "human-rights", 0.8, 1.7, 6, "Air strike| reported on a school in %s township"},
		{"rakhine", "movement-of-peoples", 0.6, 1.2, 4, "Boat with refugees| reaches %s beach"},
		{"rakhine", "human-rights", 0.4, 1, 0, "Denial of papers| described in %s camp"},
		{"korean-peninsula", "arms-proliferation", 0.7, 2.4, 2, "Missile launch| announced from %s site"},
		{"korean-peninsula", "political-legal-disputes", 0.3, 1, 0, "Hot line| test call unanswered, %s ministry says"},
		{"taiwan-strait", "territorial-disputes", 0.8, 1.1, 3, "Drills| announced off %s"},
		{"taiwan-strait", "arms-proliferation", 0.3, 1, 0, "Arms package| passes committee in %s"},
		{"east-china-sea", "maritime-security", 0.3, 1, 0, "Patrol ships| stay in waters off %s"},
		{"kashmir", "terrorism", 0.4, 1.3, 3, "Militants| killed in %s valley operation"},
		{"kashmir", "territorial-disputes", 0.3, 1, 0, "Line of Control| quiet after %s shelling"},
		{"india-china-border", "territorial-disputes", 0.25, 1, 0, "Patrols| resume on the %s plateau"},
		{"southern-thailand", "terrorism", 0.3, 1.5, 4, "Roadside bomb| injures rangers in %s"},
		{"mindanao-sulu", "terrorism", 0.25, 1, 0, "Abductors| of fishermen traced to %s island"},
		{"mindanao-sulu", "political-legal-disputes", 0.2, 1, 0, "Autonomy vote| date set by %s council"},
		{"malacca-singapore-straits", "maritime-security", 0.35, 1.4, 5, "Armed robbery| aboard tanker off %s"},
		{"papua", "terrorism", 0.2, 1, 0, "Gunmen| fire at road workers in %s"},
		{"papua", "human-rights", 0.2, 1, 0, "Church council| asks for inquiry in %s"},
		{"mekong-basin", "environment", 0.5, 1.6, 6, "Dam release| lifts river at %s"},
		{"mekong-basin", "human-rights", 0.2, 1, 0, "Workers freed| from %s compound"},
		{"sabah", "political-legal-disputes", 0.1, 1, 0, "Heirs' case| heard again in %s"},
		{"timor-leste", "political-legal-disputes", 0.08, 1, 0, "Gas field| talks move to %s"},
		{"solomon-islands", "political-legal-disputes", 0.1, 1, 0, "Security pact| debated in %s"},
		{"liancourt-rocks", "territorial-disputes", 0.08, 1, 0, "Textbook claim| draws protest in %s"},
		{"kuril-islands", "territorial-disputes", 0.08, 1, 0, "Fishing quota| talks on %s stall"},
		{"bougainville", "political-legal-disputes", 0.05, 1, 0, "Independence timetable| put to %s"},
		{"", "environment", 0.5, 1.2, 3, "Typhoon| leaves thousands without power in %s"},
		{"", "maritime-security", 0.3, 1, 0, "Undersea cable| cut reported near %s"},
	}
}

func places() []string {
	return []string{"Bukit", "Sella", "Taroko", "Mayon", "Linga", "Preah Neak", "Arun", "Kemala", "Tasik", "Wana", "Ridge", "Samar",
		"Dolok", "Hanuman", "Naga", "Sulawan", "Karang", "Tuban"}
}

// world makes the items of the last days before now, the same for the same
// day. Stories are told by one to six publishers.
func world(now time.Time, days int) []kulkul.Tagged {
	random := rand.New(rand.NewPCG(7, 11))
	today := kulkul.DayOf(now)
	var items []kulkul.Tagged
	for back := days - 1; back >= 0; back-- {
		for i, th := range themes() {
			rate := th.rate
			if back < th.burstDays {
				rate *= th.burst
			}
			for n := poisson(random, rate); n > 0; n-- {
				at := (today - kulkul.Day(back)).Start().Add(time.Duration(random.IntN(23*60)) * time.Minute)
				if at.After(now.Add(-10 * time.Minute)) {
					at = now.Add(-time.Duration(10+random.IntN(300)) * time.Minute)
				}
				items = append(items, tell(random, th, fmt.Sprint(back, i, n), at, now)...)
			}
		}
	}
	return items
}

func poisson(random *rand.Rand, mean float64) int {
	n := 0
	for t := random.ExpFloat64(); t < mean; t += random.ExpFloat64() {
		n++
	}
	return n
}

// tell makes the items of one story.
func tell(random *rand.Rand, th theme, key string, at, now time.Time) []kulkul.Tagged {
	detail := places()[random.IntN(len(places()))]
	evidence, rest, _ := strings.Cut(th.title, "|")
	story := kulkul.Hash("story", th.flashpoint, th.area, key)
	many := 1 + poisson(random, 0.7+th.burst/4)
	var items []kulkul.Tagged
	for i, p := range random.Perm(len(publishers()))[:min(many, 7)] {
		pub := publishers()[p]
		said := at.Add(time.Duration(i*37) * time.Minute)
		if latest := now.Add(-15 * time.Minute); said.After(latest) {
			said = latest
		}
		title := evidence + fmt.Sprintf(rest, detail)
		if i > 0 && random.IntN(2) == 0 {
			title = "Analysis: " + strings.ToLower(evidence[:1]) + evidence[1:] + fmt.Sprintf(rest, detail)
		}
		item := tagged(pub, fmt.Sprint(key, i), title, said, story)
		mark(&item, th, evidence)
		items = append(items, item)
	}
	return items
}

// tagged is an item of a publisher without tags.
func tagged(pub publisher, guid, title string, at time.Time, story string) kulkul.Tagged {
	return kulkul.Tagged{
		Item: kulkul.Item{
			ID: kulkul.ItemID(pub.id, guid+title), Source: pub.id, Feed: pub.id + "-all", GUID: guid, Language: pub.language,
			Link: "https://" + pub.id + ".example/" + kulkul.Hash(guid, title)[:10], Title: title,
			Summary: title + ", according to residents and two officials who asked not to be named. " +
				"Neither side gave figures, and the account could not be checked.",
			Text: title + ".\n\nThe account was given by residents and by two officials who asked not to be named. Figures were not available " +
				"on the day.\n\nObservers from a regional institute called on all sides to keep to agreed procedures. A meeting at working level " +
				"is planned for next month, and a hot line stays open in the meantime.",
			Published: at, Collected: at.Add(9 * time.Minute), Entered: kulkul.DayOf(at.Add(9 * time.Minute)), Revision: 1,
		},
		Taxonomy: tax, Story: story, Owner: pub.owner, Country: pub.country, Track: kulkul.Track(pub.track), Weight: 0.6,
		TaggedAt: at.Add(10 * time.Minute),
	}
}

// mark tags an item with a theme, on the words given as evidence.
func mark(t *kulkul.Tagged, th theme, words string) {
	var found []kulkul.Evidence
	for _, f := range []struct{ name, text string }{{"title", t.Item.Title}, {"summary", t.Item.Summary}, {"text", t.Item.Text}} {
		if i := strings.Index(strings.ToLower(f.text), strings.ToLower(words)); i >= 0 {
			found = append(found, kulkul.Evidence{Field: f.name, Start: i, End: i + len(words), Text: f.text[i : i+len(words)], Rule: "acts/" + strings.ToLower(strings.Fields(words)[0])})
		}
	}
	if th.flashpoint != "" {
		t.Flashpoints = append(t.Flashpoints, kulkul.Tag{ID: th.flashpoint, Score: 0.82, Evidence: found[:1]})
	}
	if th.area != "" {
		t.Areas = append(t.Areas, kulkul.Tag{ID: th.area, Score: 0.71, Evidence: found})
	}
}
