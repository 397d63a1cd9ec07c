// Command peers has other packages tell the languages of texts, for the
// comparison in peers_test.go. It is a module of its own, because one of them
// weighs 120 MB.
//
// In: lines of JSON, each the language and the text. Out: a line of JSON for
// each package: its name, the bytes of text, the processor time in nanoseconds,
// and by language how many texts it told wrong. Malay and Indonesian count as
// one.
package main

import (
	"encoding/json"
	"log"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/abadojack/whatlanggo"
	"github.com/pemistahl/lingua-go"
)

type text struct{ Language, Text string }

// languages are the product's; a package is asked to choose among those of them
// that it knows.
var languages = []string{"en", "id", "ms", "th", "vi", "tl", "km", "lo", "my", "zh", "ja", "ko", "ru", "fr", "pt", "hi", "bn", "mn"}

func main() {
	var texts []text
	for d := json.NewDecoder(os.Stdin); d.More(); {
		var t text
		if err := d.Decode(&t); err != nil {
			log.Fatal(err)
		}
		texts = append(texts, t)
	}
	measure("whatlanggo", texts, whatlang())
	builder := lingua.NewLanguageDetectorBuilder().FromLanguages(known()...).WithPreloadedLanguageModels()
	measure("lingua-go", texts, linguaOf(builder.Build()))
	measure("lingua-go, low accuracy", texts, linguaOf(builder.WithLowAccuracyMode().Build()))
}

func whatlang() func(string) string {
	codes := map[whatlanggo.Lang]bool{}
	for lang := whatlanggo.Afr; lang <= whatlanggo.Zul; lang++ {
		if slices.Contains(languages, lang.Iso6391()) {
			codes[lang] = true
		}
	}
	return func(s string) string {
		return whatlanggo.DetectLangWithOptions(s, whatlanggo.Options{Whitelist: codes}).Iso6391()
	}
}

func known() []lingua.Language {
	var list []lingua.Language
	for _, l := range lingua.AllLanguages() {
		if slices.Contains(languages, strings.ToLower(l.IsoCode639_1().String())) {
			list = append(list, l)
		}
	}
	return list
}

func linguaOf(d lingua.LanguageDetector) func(string) string {
	return func(s string) string {
		l, _ := d.DetectLanguageOf(s)
		return strings.ToLower(l.IsoCode639_1().String())
	}
}

func measure(name string, texts []text, tell func(string) string) {
	tell("a first text, so that nothing is loaded while the clock runs")
	said, bytes := make([]string, len(texts)), 0
	start := processor()
	for k, t := range texts {
		said[k] = tell(t.Text)
		bytes += len(t.Text)
	}
	took := processor() - start
	wrong := map[string]int{}
	for k, t := range texts {
		if near := said[k] + t.Language; said[k] != t.Language && near != "idms" && near != "msid" {
			wrong[t.Language]++
		}
	}
	err := json.NewEncoder(os.Stdout).Encode(map[string]any{"Name": name, "Bytes": bytes, "Took": took, "Wrong": wrong})
	if err != nil {
		log.Fatal(err)
	}
}

func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		log.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
