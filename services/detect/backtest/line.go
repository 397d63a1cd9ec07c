package backtest

import (
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Line is one alert event as `kulkul backtest` prints it. A level that was
// raised is a firing line too; a level that fell is none.
type Line struct {
	At         time.Time    `json:"at"`
	State      kulkul.State `json:"state"`
	Flashpoint string       `json:"flashpoint"`
	Area       string       `json:"area"`
	Level      kulkul.Level `json:"level"`
	Episode    int          `json:"episode"` // of the flashpoint
	Reason     string       `json:"reason"`
}

// lineOf reports an event as a line; inhibited and pending alerts show none.
func lineOf(e kulkul.AlertEvent) (Line, bool) {
	a := e.Alert
	switch e.Change {
	case kulkul.Fired, kulkul.Worsened, kulkul.Relapsed, kulkul.Recovered, kulkul.Closed:
	default:
		return Line{}, false
	}
	if a.Inhibited != "" || a.FlashpointEpisode == 0 {
		return Line{}, false
	}
	l := Line{At: e.At, State: a.State, Flashpoint: a.Key.Flashpoint, Area: a.Key.Area, Level: a.Level, Episode: a.FlashpointEpisode}
	if len(a.Reasons) > 0 {
		l.Reason = a.Reasons[0].Indicator + ": " + a.Reasons[0].Text
	}
	return l, true
}
