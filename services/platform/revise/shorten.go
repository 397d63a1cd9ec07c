package revise

import (
	"strings"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// shorten halves what is longest in the item and marks it truncated; once there
// is nothing long left the title goes.
func shorten(it kulkul.Item) kulkul.Item {
	it.Truncated = true
	const long = 4 << 10
	switch {
	case len(it.Text) > long && len(it.Text) >= len(it.Summary):
		it.Text = half(it.Text)
	case len(it.Summary) > long:
		it.Summary = half(it.Summary)
	case len(it.Categories) > 16:
		it.Categories = it.Categories[:len(it.Categories)/2]
	case len(it.Authors) > 16:
		it.Authors = it.Authors[:len(it.Authors)/2]
	case len(it.Title) > long:
		it.Title = half(it.Title)
	case len(it.Link) > long || len(it.GUID) > long:
		it.Link, it.GUID = half(it.Link), half(it.GUID)
	case len(it.Categories) > 0 || len(it.Authors) > 0:
		it.Categories, it.Authors = nil, nil
	default:
		it.Title = ""
	}
	return it
}

func half(s string) string { return strings.ToValidUTF8(s[:len(s)/2], "") }
