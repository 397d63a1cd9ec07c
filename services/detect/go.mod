module github.com/kulkul-ews/kulkul/services/detect

go 1.26.0

replace github.com/kulkul-ews/kulkul/services/kulkul => ../kulkul

require (
	github.com/goccy/go-yaml v1.19.2
	github.com/kulkul-ews/kulkul/services/kulkul v0.0.0
	gonum.org/v1/gonum v0.17.0
)
