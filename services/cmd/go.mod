module github.com/kulkul-ews/kulkul/services/cmd

go 1.26.0

require (
	github.com/kulkul-ews/kulkul/services/archiver v0.0.0
	github.com/kulkul-ews/kulkul/services/collector v0.0.0
	github.com/kulkul-ews/kulkul/services/console v0.0.0
	github.com/kulkul-ews/kulkul/services/detect v0.0.0
	github.com/kulkul-ews/kulkul/services/detector v0.0.0
	github.com/kulkul-ews/kulkul/services/embedded v0.0.0
	github.com/kulkul-ews/kulkul/services/feed v0.0.0
	github.com/kulkul-ews/kulkul/services/intake v0.0.0
	github.com/kulkul-ews/kulkul/services/kulkul v0.0.0
	github.com/kulkul-ews/kulkul/services/lexicon v0.0.0
	github.com/kulkul-ews/kulkul/services/notifier v0.0.0
	github.com/kulkul-ews/kulkul/services/platform v0.0.0
	github.com/kulkul-ews/kulkul/services/tagger v0.0.0
)

require (
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/spf13/cobra v1.10.2 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
)

replace (
	github.com/kulkul-ews/kulkul/services/archiver => ../archiver
	github.com/kulkul-ews/kulkul/services/collector => ../collector
	github.com/kulkul-ews/kulkul/services/console => ../console
	github.com/kulkul-ews/kulkul/services/detect => ../detect
	github.com/kulkul-ews/kulkul/services/detector => ../detector
	github.com/kulkul-ews/kulkul/services/embedded => ../embedded
	github.com/kulkul-ews/kulkul/services/feed => ../feed
	github.com/kulkul-ews/kulkul/services/intake => ../intake
	github.com/kulkul-ews/kulkul/services/kulkul => ../kulkul
	github.com/kulkul-ews/kulkul/services/lexicon => ../lexicon
	github.com/kulkul-ews/kulkul/services/notifier => ../notifier
	github.com/kulkul-ews/kulkul/services/platform => ../platform
	github.com/kulkul-ews/kulkul/services/tagger => ../tagger
)
