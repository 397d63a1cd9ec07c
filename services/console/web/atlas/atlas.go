// Package atlas draws the outline of the region's land and says where on it the
// flashpoints lie. It draws land against water and no line of any state.
//
// In: the world's land as TopoJSON (Natural Earth 1:50m, public domain, through
// the npm package world-atlas). Out: an SVG path and points in one plane.
// Called by the console's pages at start.
package atlas

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The window on the world: degrees east and north of its edges.
const (
	west, east   = 66.0, 170.0
	south, north = -15.0, 51.0
	// parallel is where the projection (equirectangular, Marinus) is true.
	parallel = 18.0
)

// Width and Height of the plane, in its own units.
const (
	Width  = 1400
	Height = 934 // Width × (north−south) / ((east−west) × cos parallel)
)

// Point is a place in the plane, from its upper left corner.
type Point struct{ X, Y float64 }

// Project puts degrees east and north into the plane.
func Project(lon, lat float64) Point {
	scale := Width / ((east - west) * math.Cos(parallel*math.Pi/180))
	return Point{
		X: (lon - west) / (east - west) * Width,
		Y: (north - lat) * scale,
	}
}

// smallest is the area in square units below which an island is left out, and
// tolerance how far in units a coast may be drawn from where it is.
const (
	smallest  = 2.0
	tolerance = 0.8
)

// Land gives the outline of the land in the window as the data of an SVG path.
func Land(topojson []byte) (string, error) {
	rings, err := decode(topojson)
	if err != nil {
		return "", fmt.Errorf("read land: %w", err)
	}
	var path strings.Builder
	for _, ring := range rings {
		ring = clip(ring)
		for i, p := range ring {
			ring[i] = Project(p.X, p.Y)
		}
		ring = simplify(ring, tolerance)
		if len(ring) < 4 || math.Abs(area(ring)) < smallest {
			continue
		}
		draw(&path, ring)
	}
	return path.String(), nil
}

// draw writes a ring in whole units, each step from the one before.
func draw(path *strings.Builder, ring []Point) {
	x, y := int(math.Round(ring[0].X)), int(math.Round(ring[0].Y))
	path.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y) + "l")
	first := true
	for _, p := range ring[1:] {
		nx, ny := int(math.Round(p.X)), int(math.Round(p.Y))
		if nx == x && ny == y {
			continue
		}
		dx, dy := strconv.Itoa(nx-x), strconv.Itoa(ny-y)
		if !first && dx[0] != '-' {
			path.WriteByte(' ')
		}
		path.WriteString(dx)
		if dy[0] != '-' {
			path.WriteByte(' ')
		}
		path.WriteString(dy)
		x, y, first = nx, ny, false
	}
	path.WriteByte('z')
}

// area of a closed ring; its sign tells the direction.
func area(ring []Point) float64 {
	sum := 0.0
	for i := range ring {
		p, q := ring[i], ring[(i+1)%len(ring)]
		sum += p.X*q.Y - q.X*p.Y
	}
	return sum / 2
}
