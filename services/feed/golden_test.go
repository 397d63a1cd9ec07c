package feed

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGolden prints every document of testdata/golden as the command does and
// compares with the file of the same name that ends in ".want". -update writes
// those.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/golden/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, ".want") {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			body, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := Parse(body, Options{URL: "https://golden.example/dir/feed"})
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := Encode(&got, doc); err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(path+".want", got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path + ".want")
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("got %s", firstDifference(got.String(), string(want)))
			}
		})
	}
}

// firstDifference gives the first line that differs, and where.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return g[i] + " on line " + lineWord(i+1)
		}
	}
	return "fewer lines"
}
