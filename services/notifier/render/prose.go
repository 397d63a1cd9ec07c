package render

import "github.com/kulkul-ews/kulkul/services/kulkul"

// Sentences puts texts behind each other as the language does.
func (v view) Sentences(texts ...string) (string, error) { return v.joined("sentences", texts) }

// Listed puts words behind each other as the language does in a list.
func (v view) Listed(words ...string) (string, error) { return v.joined("listed", words) }

// joined puts what is not empty together by a text of two places.
func (v view) joined(key string, parts []string) (string, error) {
	var all string
	for _, part := range parts {
		switch {
		case part == "":
		case all == "":
			all = part
		default:
			var err error
			if all, err = v.Say(key, "a", all, "b", part); err != nil {
				return "", err
			}
		}
	}
	return all, nil
}

// Credit says whose a report is, and when it came out.
func (v view) Credit(i Item) (string, error) {
	if i.Published.IsZero() {
		return i.Publisher, nil
	}
	at, err := v.When(i.Published)
	if err != nil {
		return "", err
	}
	return v.Listed(i.Publisher, at)
}

// Signed says whose a remark is.
func (v view) Signed(r Remark) (string, error) {
	who := r.By
	if r.Country != "" {
		who += " (" + r.Country + ")"
	}
	var party string
	at, err := v.When(r.At)
	if r.AsParty {
		party, err = v.said(err, "declared.as-party")
	}
	if err != nil {
		return "", err
	}
	return v.Listed(who, party, at)
}

// Behind are a reason's figures and the publishers that may be named.
func (v view) Behind(r kulkul.Reason) (string, error) {
	figures, err := v.Figures(r)
	list := v.Voices(r)
	if err != nil || list == "" {
		return figures, err
	}
	named, err := v.Say("reason.publishers", "list", list)
	if err != nil {
		return "", err
	}
	return v.Sentences(figures, named)
}

// Charted names the area of a chart before its caption.
func (v view) Charted(s Series) (string, error) {
	area, err := v.Area(s.Area)
	if err != nil {
		return "", err
	}
	caption, err := v.Caption(s)
	if err != nil {
		return "", err
	}
	area, err = v.Say("sentence", "text", area)
	if err != nil {
		return "", err
	}
	return v.Sentences(area, caption)
}
