package store

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// author invents items in quantity: words of a made-up vocabulary that are as
// unlike in frequency as those of a language, one item in ten tagged, 9,000
// items a day.
type author struct {
	r          *rand.Rand
	vocabulary []string
	model      kulkul.Tagged
	newest     kulkul.Day
	n          int
}

func newAuthor(t testing.TB) *author {
	a := &author{r: rand.New(rand.NewPCG(7, 7)), model: sample(t, 0, "2026-01-05"), newest: day(t, "2026-01-31")}
	syllables := strings.Fields("ba ke lo mi nu ra se ti vo zu an en in on un sha tra ple gru kni")
	for i := range 60_000 {
		w := ""
		for x := i + 20; x > 0; x /= len(syllables) {
			w += syllables[x%len(syllables)]
		}
		a.vocabulary = append(a.vocabulary, w)
	}
	return a
}

func (a *author) text(words int) string {
	var b strings.Builder
	for i := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(a.vocabulary[int(math.Exp(a.r.Float64()*math.Log(float64(len(a.vocabulary)))))-1])
	}
	return b.String()
}

func (a *author) item() kulkul.Tagged {
	i := a.model
	i.Item.ID = kulkul.ItemID("many", strconv.Itoa(a.n))
	i.Item.Entered = a.newest - kulkul.Day(a.n/9000)
	a.n++
	i.Item.Published = i.Item.Entered.Start().Add(time.Duration(a.r.IntN(86400)) * time.Second)
	i.Item.Collected = i.Item.Published.Add(time.Hour)
	i.Item.Source = fmt.Sprint("source-", a.r.IntN(200))
	i.Item.Title, i.Item.Summary, i.Item.Text = a.text(9), a.text(25), a.text(30)
	i.Owner, i.Story = i.Item.Source, i.Item.ID
	i.Areas, i.Flashpoints = nil, nil
	if a.r.IntN(10) == 0 {
		i.Areas = []kulkul.Tag{{ID: kulkul.Areas()[a.r.IntN(8)], Score: 1}}
		i.Flashpoints = []kulkul.Tag{{ID: kulkul.Flashpoints()[int(math.Exp(a.r.Float64()*math.Log(20)))], Score: 1}}
	}
	return i
}

// Questions over many items are answered within the marks of the console:
// lists within 150 ms, searches within 400 ms, 95 in 100 times. It runs where
// KULKUL_MANY_ITEMS says how many.
func TestManyItems(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("KULKUL_MANY_ITEMS"))
	if err != nil {
		t.Skip("KULKUL_MANY_ITEMS is not set")
	}
	s := migrated(t)
	a := newAuthor(t)
	start := time.Now()
	for a.n < n {
		batch := make([]kulkul.Tagged, 0, 20_000)
		for range min(20_000, n-a.n) {
			batch = append(batch, a.item())
		}
		must(t, s.Writer().WriteItems(t.Context(), batch))
	}
	t.Logf("%d items written in %s", n, time.Since(start).Round(time.Second))
	reader := asReader(t, s)
	for _, q := range manyQuestions(a) {
		measure(t, reader, q)
	}
}

type manyQuestion struct {
	name string
	mark time.Duration
	ask  func(s *Store, r *rand.Rand) (int, error)
}

func manyQuestions(a *author) []manyQuestion {
	const list, search = 150 * time.Millisecond, 400 * time.Millisecond
	items := func(name string, mark time.Duration, query func(r *rand.Rand) ItemQuery) manyQuestion {
		return manyQuestion{name, mark, func(s *Store, r *rand.Rand) (int, error) {
			q := query(r)
			q.View, q.Taxonomy = View{Now: time.Now()}, "t1"
			page, err := s.Items(context.Background(), q)
			return len(page.Items), err
		}}
	}
	word := func(r *rand.Rand, from, to int) string { return a.vocabulary[from+r.IntN(to-from)] }
	flashpoint := func(r *rand.Rand) []string { return []string{kulkul.Flashpoints()[r.IntN(20)]} }
	return []manyQuestion{
		items("newest", list, func(r *rand.Rand) ItemQuery { return ItemQuery{} }),
		items("flashpoint", list, func(r *rand.Rand) ItemQuery { return ItemQuery{Flashpoints: flashpoint(r)} }),
		items("flashpoint and area", list, func(r *rand.Rand) ItemQuery {
			return ItemQuery{Flashpoints: flashpoint(r), Areas: []string{kulkul.Areas()[r.IntN(8)]}}
		}),
		items("source", list, func(r *rand.Rand) ItemQuery { return ItemQuery{Sources: []string{fmt.Sprint("source-", r.IntN(200))}} }),
		items("dates", list, func(r *rand.Rand) ItemQuery {
			d := a.newest - kulkul.Day(r.IntN(1+a.n/9000))
			return ItemQuery{From: d - 6, To: d, Tagged: true}
		}),
		items("frequent word", search, func(r *rand.Rand) ItemQuery { return ItemQuery{Text: word(r, 0, 100)} }),
		items("rare word", search, func(r *rand.Rand) ItemQuery { return ItemQuery{Text: word(r, 30_000, 60_000)} }),
		items("two words", search, func(r *rand.Rand) ItemQuery { return ItemQuery{Text: word(r, 100, 2000) + " " + word(r, 100, 2000)} }),
		items("two rare words", search, func(r *rand.Rand) ItemQuery {
			return ItemQuery{Text: word(r, 10_000, 60_000) + " " + word(r, 10_000, 60_000)}
		}),
		items("phrase", search, func(r *rand.Rand) ItemQuery {
			return ItemQuery{Text: `"` + word(r, 0, 300) + " " + word(r, 0, 300) + `"`}
		}),
		items("beginning", search, func(r *rand.Rand) ItemQuery { return ItemQuery{Text: word(r, 5000, 60_000)[:5] + "*"} }),
		items("word and flashpoint", search, func(r *rand.Rand) ItemQuery {
			return ItemQuery{Text: word(r, 0, 3000), Flashpoints: flashpoint(r)}
		}),
		items("absent word", search, func(r *rand.Rand) ItemQuery { return ItemQuery{Text: "xylophone quixotic"} }),
		{"item", list, func(s *Store, r *rand.Rand) (int, error) {
			_, err := s.Item(context.Background(), All(), "t1", kulkul.ItemID("many", strconv.Itoa(r.IntN(a.n))))
			return 1, err
		}},
		{"counts of 90 days", list, func(s *Store, r *rand.Rand) (int, error) {
			counts, err := s.Counts(context.Background(), "t1", a.newest-89, a.newest, CountFilter{Flashpoints: flashpoint(r)})
			return len(counts), err
		}},
	}
}

// engineCPU is the processor time that the engines have used so far: of this
// process's children and of theirs. Unlike the clock it does not depend on
// what else the machine is doing.
func engineCPU(t testing.TB) time.Duration {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	must(t, err)
	type process struct {
		parent int
		ticks  int64
	}
	all := map[int]process{}
	for _, path := range stats {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+2:]))
		parent, _ := strconv.Atoi(fields[1])
		user, _ := strconv.ParseInt(fields[11], 10, 64)
		system, _ := strconv.ParseInt(fields[12], 10, 64)
		all[pid] = process{parent, user + system}
	}
	var sum int64
	for pid := range all {
		for up := all[pid].parent; up > 1; up = all[up].parent {
			if up == os.Getpid() {
				sum += all[pid].ticks
				break
			}
		}
	}
	return time.Duration(sum) * (time.Second / 100)
}

// measure asks 40 times, one after the other, and compares with the mark.
func measure(t *testing.T, s *Store, q manyQuestion) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 8))
	var took []time.Duration
	rows := 0
	cpu := engineCPU(t)
	for range 40 {
		start := time.Now()
		n, err := q.ask(s, r)
		must(t, err)
		took = append(took, time.Since(start))
		rows += n
	}
	slices.Sort(took)
	cpu = engineCPU(t) - cpu
	t.Logf("%-20s p50 %6s  p95 %6s  max %6s  processor %6s  %d rows", q.name, took[20].Round(time.Millisecond),
		took[38].Round(time.Millisecond), took[39].Round(time.Millisecond), (cpu / 40).Round(time.Millisecond), rows/40)
	if took[38] > q.mark {
		t.Errorf("%s: p95 %s, mark %s", q.name, took[38], q.mark)
	}
}
