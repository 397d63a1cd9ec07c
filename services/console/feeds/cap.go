package feeds

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// capAlert is a CAP 1.2 document (OASIS Standard, 1 July 2010), its elements in
// the order of the schema.
type capAlert struct {
	XMLName     xml.Name `xml:"urn:oasis:names:tc:emergency:cap:1.2 alert"`
	Identifier  string   `xml:"identifier"`
	Sender      string   `xml:"sender"`
	Sent        string   `xml:"sent"`
	Status      string   `xml:"status"`
	MsgType     string   `xml:"msgType"`
	Source      string   `xml:"source"`
	Scope       string   `xml:"scope"`
	Restriction string   `xml:"restriction"`
	Note        string   `xml:"note,omitempty"`
	References  string   `xml:"references,omitempty"`
	Incidents   string   `xml:"incidents,omitempty"`
	Info        capInfo  `xml:"info"`
}

type capInfo struct {
	Language    string         `xml:"language"`
	Categories  []string       `xml:"category"`
	Event       string         `xml:"event"`
	Response    string         `xml:"responseType"`
	Urgency     string         `xml:"urgency"`
	Severity    string         `xml:"severity"`
	Certainty   string         `xml:"certainty"`
	Effective   string         `xml:"effective,omitempty"`
	Onset       string         `xml:"onset,omitempty"`
	Expires     string         `xml:"expires"`
	SenderName  string         `xml:"senderName"`
	Headline    string         `xml:"headline"`
	Description string         `xml:"description"`
	Instruction string         `xml:"instruction"`
	Web         string         `xml:"web"`
	Parameters  []capParameter `xml:"parameter"`
	Area        capArea        `xml:"area"`
}

type capParameter struct {
	Name  string `xml:"valueName"`
	Value string `xml:"value"`
}

type capArea struct {
	Description string `xml:"areaDesc"`
	Circle      string `xml:"circle,omitempty"`
}

// capLife is how long a document holds unless a newer one follows: the daily
// evaluation renews it.
const capLife = 48 * time.Hour

// CAP is an alert as a CAP 1.2 document. It is restricted: it goes to who has a
// role or a token. Urgency, severity and certainty say what a count of reports
// can say, no more: an alert here asks for attention, and people confirm.
func CAP(site Site, a Alert) ([]byte, error) {
	doc := capAlert{
		Identifier: capID(a), Sender: capSender(site), Sent: capTime(a.UpdatedAt), Status: "Actual", MsgType: "Alert", Source: site.Name,
		Scope: "Restricted", Restriction: "For the forum's participants, experts and unit; not for publication.",
		Incidents: "kulkul-" + a.Key.ID(),
		Info: capInfo{
			Language: "en", Categories: capCategories(a.Key.Area), Event: a.Area, Response: "Assess", Urgency: "Unknown",
			Severity: capSeverity(a.Level), Certainty: "Unknown", Onset: capTime(a.Since), Effective: capTime(a.UpdatedAt),
			Expires: capTime(a.UpdatedAt.Add(capLife)), SenderName: site.Name, Headline: a.Title(), Description: a.Text,
			Instruction: "Counts of published reports rose beyond what is usual. Nothing here is confirmed: read the items behind it, and judge.",
			Web:         site.Page("/alerts/" + a.ID()), Parameters: capParameters(a), Area: capArea{Description: a.Flashpoint},
		},
	}
	if !a.UpdatedAt.Equal(a.Since) || a.State == kulkul.Resolved {
		doc.MsgType, doc.References = "Update", fmt.Sprintf("%s,%s,%s", doc.Sender, "kulkul-"+a.ID()+"-"+strconv.FormatInt(a.Since.Unix(), 10), capTime(a.Since))
	}
	if a.State == kulkul.Resolved {
		doc.MsgType, doc.Note, doc.Info.Response = "Cancel", "The episode is over.", "AllClear"
	}
	if a.At != nil {
		// A point: a circle without a radius. It marks a place on a map and says
		// nothing of any extent.
		doc.Info.Area.Circle = degrees(a.At.Lat) + "," + degrees(a.At.Lon) + " 0"
	}
	return encodeXML(doc)
}

// degrees are written without an exponent, which readers of CAP don't expect.
func degrees(d float64) string { return strconv.FormatFloat(d, 'f', -1, 64) }

func capID(a Alert) string {
	return "kulkul-" + a.ID() + "-" + strconv.FormatInt(a.UpdatedAt.Unix(), 10)
}

// capSender has no blank, comma, '<' or '&', as the schema wants.
func capSender(site Site) string { return "kulkul@" + host(site.URL) }

func capTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") + "-00:00" }

func capSeverity(l kulkul.Level) string {
	switch l {
	case kulkul.Critical:
		return "Severe"
	case kulkul.High:
		return "Moderate"
	case kulkul.Elevated, kulkul.Watch:
		return "Minor"
	}
	return "Unknown"
}

// capCategories are CAP's own categories for an area.
func capCategories(area string) []string {
	switch area {
	case "environment":
		return []string{"Env", "Met", "Geo"}
	case "terrorism", "arms-proliferation":
		return []string{"Security", "CBRNE"}
	case "maritime-security":
		return []string{"Security", "Transport"}
	case "movement-of-peoples":
		return []string{"Safety", "Rescue"}
	}
	return []string{"Security"}
}

func capParameters(a Alert) []capParameter {
	p := []capParameter{{"level", a.Level.String()}, {"state", string(a.State)}, {"episode", strconv.Itoa(a.Episode)},
		{"flashpoint", a.Key.Flashpoint}, {"area", a.Key.Area}}
	for _, r := range a.Reasons {
		p = append(p, capParameter{"indicator", fmt.Sprintf("%s: %g stories of %d publishers in %d countries over %d days to %s, expected %g, alarm above %g",
			r.Indicator, r.Observed, len(r.Owners), len(r.Countries), r.Window, r.Day, r.Expected, r.Bound)})
	}
	return p
}
