package store

import (
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func aliasColumns(aliases []kulkul.StoryAlias) []column {
	type row = *kulkul.StoryAlias
	return []column{
		col("story", aliases, func(a row) string { return a.Story }),
		col("target", aliases, func(a row) string { return a.Into }),
		col("at", aliases, func(a row) time.Time { return instant(a.At) }),
	}
}
