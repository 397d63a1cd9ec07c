package feed

import (
	"net/url"

	"github.com/kulkul-ews/kulkul/services/feed/markup"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Sanitise passes HTML through the allow-list and takes its text, both cut to
// kulkul.MaxText. base is the address relative links are resolved against.
func Sanitise(html, base string) (clean, text string) {
	u, err := url.Parse(base)
	if err != nil {
		u = nil
	}
	c := markup.Clean(html, u, kulkul.MaxText)
	return c.HTML, c.Text
}
