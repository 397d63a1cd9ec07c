module github.com/kulkul-ews/kulkul/services/lexicon

go 1.26.0

require (
	github.com/goccy/go-yaml v1.19.2
	github.com/kulkul-ews/kulkul/services/kulkul v0.0.0
	golang.org/x/text v0.43.0
)

replace github.com/kulkul-ews/kulkul/services/kulkul => ../kulkul
