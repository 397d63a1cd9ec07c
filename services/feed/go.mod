module github.com/kulkul-ews/kulkul/services/feed

go 1.26.0

require (
	github.com/kulkul-ews/kulkul/services/kulkul v0.0.0
)

replace (
	github.com/kulkul-ews/kulkul/services/kulkul => ../kulkul
)
