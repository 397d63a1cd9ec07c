package feed

import (
	"math"
	"strconv"
	"strings"

	"github.com/kulkul-ews/kulkul/services/feed/markup"
	ext "github.com/mmcdole/gofeed/extensions"
)

// maxPlaces bounds the places of one entry.
const maxPlaces = 16

// places reads where an entry says it is about: GeoRSS Simple and GML, W3C geo,
// ICBM.
func places(x ext.Extensions) []Place {
	var out []Place
	name := markup.OneLine(value(x, "georss", "featurename"), maxName)
	add := func(coordinates string, latitudeFirst bool) {
		if lat, lon, ok := middle(coordinates, latitudeFirst); ok && len(out) < maxPlaces {
			out = append(out, Place{Name: name, Lat: lat, Lon: lon, Located: true})
		}
	}
	for _, kind := range []string{"point", "line", "polygon", "box", "circle"} {
		for _, e := range x["georss"][kind] {
			if kind == "circle" { // the third number is a radius
				add(strings.Join(firstFields(e.Value, 2), " "), true)
				continue
			}
			add(e.Value, true)
		}
	}
	for _, e := range x["georss"]["where"] {
		add(gml(e, 0), true)
	}
	add(value(x, "geo", "lat")+" "+value(x, "geo", "long"), true)
	add(value(x, "geo", "lat")+" "+value(x, "geo", "lon"), true)
	for _, e := range x["geo"]["point"] {
		add(child(e, "lat")+" "+child(e, "long"), true)
	}
	add(value(x, "icbm", "latitude")+" "+value(x, "icbm", "longitude"), true)
	if len(out) == 0 && name != "" {
		out = append(out, Place{Name: name})
	}
	return out
}

// gml finds the coordinates in a GML geometry.
func gml(e ext.Extension, depth int) string {
	for _, name := range []string{"pos", "poslist", "coordinates", "lowercorner"} {
		if v := child(e, name); v != "" {
			return v
		}
	}
	if depth > 6 {
		return ""
	}
	for _, list := range e.Children {
		for _, c := range list {
			if v := gml(c, depth+1); v != "" {
				return v
			}
		}
	}
	return ""
}

func firstFields(s string, n int) []string {
	f := strings.FieldsFunc(s, separator)
	return f[:min(n, len(f))]
}

func separator(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' || r == '\r' }

// middle is the mean of a list of coordinates, and so a point's own place.
func middle(s string, latitudeFirst bool) (lat, lon float64, ok bool) {
	fields := strings.FieldsFunc(s, separator)
	if len(fields) < 2 || len(fields)%2 != 0 {
		return 0, 0, false
	}
	n := float64(len(fields) / 2)
	for i, f := range fields {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil || math.IsNaN(v) {
			return 0, 0, false
		}
		if (i%2 == 0) == latitudeFirst {
			lat += v / n
		} else {
			lon += v / n
		}
	}
	return lat, lon, math.Abs(lat) <= 90 && math.Abs(lon) <= 180
}
