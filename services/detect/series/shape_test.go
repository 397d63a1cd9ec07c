package series

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func TestWeekdayFactorsFollowTheWeekAndAverageOne(t *testing.T) {
	table := New(Collection{})
	n := 0
	for d := range kulkul.Day(140) {
		day := day0 + d
		for range map[bool]int{true: 1, false: 10}[monday(day) >= 5] {
			n++
			table.Add(obs(fmt.Sprint("i", n), fmt.Sprint("s", n), "a", day, pair("f1", "a1")))
		}
	}
	f := table.Weekday(day0, day0+139)
	var sum float64
	for _, x := range f {
		sum += x
	}
	if math.Abs(sum-7) > 1e-9 {
		t.Errorf("factors sum to %g, want 7", sum)
	}
	for i := range 5 {
		if f[i] < 2*f[5] || f[i] < 2*f[6] {
			t.Errorf("factors %v: want working days well above the weekend", f)
		}
	}
	if f := New(Collection{}).Weekday(day0, day0+100); f != [7]float64{1, 1, 1, 1, 1, 1, 1} {
		t.Errorf("empty table: %v, want ones", f)
	}
}

func TestNowcastDividesByWhatIsUsuallyKnown(t *testing.T) {
	table := New(Collection{})
	for i := range 40 { // half come in at once, half the day after
		o := obs(fmt.Sprint("i", i), fmt.Sprint("s", i), "a", day0+kulkul.Day(i%10), pair("f1", "a1"))
		o.Entered += kulkul.Day(i / 10 % 2)
		table.Add(o)
	}
	c := table.Completeness(day0, day0+10, 2)
	if !reflect.DeepEqual(c, []float64{0.5, 1, 1}) {
		t.Fatalf("completeness %v, want [0.5 1 1]", c)
	}
	if got := Nowcast([]int{4, 3, 2}, c); !reflect.DeepEqual(got, []float64{4, 3, 4}) {
		t.Errorf("nowcast %v, want [4 3 4]", got)
	}
	if got := Nowcast([]int{1}, []float64{0}); got[0] != 4 {
		t.Errorf("nowcast of an unknown day: %v, want at most fourfold", got)
	}
	if c := New(Collection{}).Completeness(day0, day0, 1); !reflect.DeepEqual(c, []float64{1, 1}) {
		t.Errorf("with nothing to learn from: %v, want ones", c)
	}
}

func TestBlindDays(t *testing.T) {
	daily := func(n int, days ...int) Collection {
		c := NewCollection(nil, nil, 0)
		for d := range kulkul.Day(60) {
			c.Arrived(Arrival{"s", day0 + d, n})
		}
		for _, d := range days {
			delete(c.Daily, day0+kulkul.Day(d))
		}
		return c
	}
	for _, tc := range []struct {
		name string
		c    Collection
		day  kulkul.Day
		want bool
	}{
		{"a day with items", daily(50), day0 + 40, false},
		{"an outage", daily(50, 40), day0 + 40, true},
		{"the third day of an outage", daily(50, 38, 39, 40), day0 + 40, true},
		{"a collection that gives little has quiet days", daily(2, 40), day0 + 40, false},
		{"a young collection's outage", daily(50, 6), day0 + 6, true},
		{"before anything", daily(50), day0 - 5, false},
		{"nothing known", Collection{}, day0, false},
	} {
		if got := tc.c.Blind(tc.day); got != tc.want {
			t.Errorf("%s: blind %t, want %t", tc.name, got, tc.want)
		}
	}
}

// What came in since a day is what the renewed collection holds of it; the one
// it was made from stays as it is.
func TestACollectionIsRenewed(t *testing.T) {
	old := NewCollection(nil, []Arrival{{"a", day0, 3}, {"a", day0 + 5, 2}, {"b", day0 + 6, 1}}, 14)
	got := old.Renew(day0+5, []Arrival{{"a", day0 + 5, 4}, {"b", day0 + 6, 1}, {"c", day0 + 6, 7}})
	if want := map[kulkul.Day]int{day0: 3, day0 + 5: 4, day0 + 6: 8}; !reflect.DeepEqual(got.Daily, want) {
		t.Errorf("daily %v, want %v", got.Daily, want)
	}
	if want := map[string]kulkul.Day{"a": day0, "b": day0 + 6, "c": day0 + 6}; !reflect.DeepEqual(got.First, want) {
		t.Errorf("first %v, want %v", got.First, want)
	}
	if len(old.First) != 2 || old.Daily[day0+6] != 1 {
		t.Errorf("the old one changed: %v, %v", old.First, old.Daily)
	}
}
