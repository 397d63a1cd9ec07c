module github.com/kulkul-ews/kulkul/services/notifier

go 1.26.0

require (
	github.com/kulkul-ews/kulkul/services/kulkul v0.0.0
	github.com/kulkul-ews/kulkul/services/platform v0.0.0
)

replace (
	github.com/kulkul-ews/kulkul/services/kulkul => ../kulkul
	github.com/kulkul-ews/kulkul/services/platform => ../platform
)
