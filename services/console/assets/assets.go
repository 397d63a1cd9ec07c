// Package assets holds what pages load beside their HTML: style sheets and
// scripts of our own (static/) and what npm packages bring (vendor/, filled by
// ./build). Everything is embedded and served from the binary.
//
// In: requests for /assets/… . Out: files under names that carry their content's
// hash, so that browsers keep them for ever. Called by the console's root and,
// for names and the map's outline, by its pages.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"sort"
	"strconv"
	"strings"
)

//go:embed static vendor
var files embed.FS

// Set is the files as they are served. It is immutable.
type Set struct {
	byName map[string]file // "app.css"
	byPath map[string]file // "app.1f2e3d4c.css"
}

type file struct {
	path        string
	contentType string
	plain       []byte
	zipped      []byte
}

// served lists the parts of each file a page may load, in order; folders stand
// for all their files by name.
var served = map[string][]string{
	"app.css":  {"static/css"},
	"app.js":   {"static/js"},
	"htmx.js":  {"vendor/htmx.js"},
	"icon.svg": {"static/icon.svg"},
}

// Load reads the embedded files. Those that only npm brings may be missing;
// Name then gives "" for them.
func Load() (*Set, error) {
	s := &Set{byName: map[string]file{}, byPath: map[string]file{}}
	for name, parts := range served {
		content, err := join(parts)
		if err != nil {
			return nil, fmt.Errorf("read asset %s: %w", name, err)
		}
		if len(content) == 0 {
			continue
		}
		f, err := newFile(name, content)
		if err != nil {
			return nil, fmt.Errorf("pack asset %s: %w", name, err)
		}
		s.byName[name], s.byPath[f.path] = f, f
	}
	return s, nil
}

// Name is the path under which a file is served; "" where it was not built in.
func (s *Set) Name(name string) string {
	f, ok := s.byName[name]
	if !ok {
		return ""
	}
	return "/assets/" + f.path
}

// Font is a TrueType font of the bulletin's PDF by name; nil where it was not
// built in.
func Font(name string) []byte {
	raw, err := files.ReadFile("vendor/" + name + ".ttf")
	if err != nil {
		return nil
	}
	return raw
}

// Land is the outline of the world's land as TopoJSON; nil where it was not
// built in.
func Land() []byte {
	raw, err := files.ReadFile("vendor/land.json")
	if err != nil {
		return nil
	}
	return raw
}

// ServeHTTP serves /assets/NAME.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := s.byPath[strings.TrimPrefix(r.URL.Path, "/assets/")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := f.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // fails only where the reader has gone
	}
}

func join(parts []string) ([]byte, error) {
	var all []byte
	for _, part := range parts {
		paths := []string{part}
		if entries, err := fs.ReadDir(files, part); err == nil {
			paths = paths[:0]
			for _, e := range entries {
				paths = append(paths, path.Join(part, e.Name()))
			}
			sort.Strings(paths)
		}
		for _, p := range paths {
			raw, err := files.ReadFile(p)
			if err != nil && !strings.HasPrefix(p, "vendor/") {
				return nil, err
			}
			all = append(all, raw...)
		}
	}
	return all, nil
}

func newFile(name string, content []byte) (file, error) {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	types := map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	}
	var zipped bytes.Buffer
	z, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return file{}, err
	}
	if _, err := z.Write(content); err != nil {
		return file{}, err
	}
	if err := z.Close(); err != nil {
		return file{}, err
	}
	return file{
		path:        strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext,
		contentType: types[ext], plain: content, zipped: zipped.Bytes(),
	}, nil
}
