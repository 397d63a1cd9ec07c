package atlas

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// topology is the part of TopoJSON 1.0 that the land uses: one collection of
// multipolygons over shared, quantised arcs.
type topology struct {
	Transform struct {
		Scale     [2]float64 `json:"scale"`
		Translate [2]float64 `json:"translate"`
	} `json:"transform"`
	Arcs    [][][2]int `json:"arcs"`
	Objects map[string]struct {
		Geometries []struct {
			Type string    `json:"type"`
			Arcs [][][]int `json:"arcs"` // polygon, ring, arc
		} `json:"geometries"`
	} `json:"objects"`
}

// decode gives the rings of the object "land" in degrees.
func decode(raw []byte) ([][]Point, error) {
	var t topology
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, fmt.Errorf("decode TopoJSON: %w", err)
	}
	land, ok := t.Objects["land"]
	if !ok {
		return nil, errors.New("no object named land")
	}
	arcs := make([][]Point, len(t.Arcs))
	for i, steps := range t.Arcs {
		var x, y int
		for _, s := range steps {
			x, y = x+s[0], y+s[1]
			arcs[i] = append(arcs[i], Point{
				X: float64(x)*t.Transform.Scale[0] + t.Transform.Translate[0],
				Y: float64(y)*t.Transform.Scale[1] + t.Transform.Translate[1],
			})
		}
	}
	var rings [][]Point
	for _, g := range land.Geometries {
		if g.Type != "MultiPolygon" {
			return nil, fmt.Errorf("geometry %q: want MultiPolygon", g.Type)
		}
		for _, polygon := range g.Arcs {
			for _, indexes := range polygon {
				ring, err := join(arcs, indexes)
				if err != nil {
					return nil, err
				}
				rings = append(rings, ring)
			}
		}
	}
	return rings, nil
}

// join makes a ring of arcs; ^i names arc i backwards.
func join(arcs [][]Point, indexes []int) ([]Point, error) {
	var ring []Point
	for _, i := range indexes {
		back := i < 0
		if back {
			i = ^i
		}
		if i >= len(arcs) {
			return nil, fmt.Errorf("arc %d of %d", i, len(arcs))
		}
		arc := arcs[i]
		for k := range arc {
			if back {
				ring = append(ring, arc[len(arc)-1-k])
			} else {
				ring = append(ring, arc[k])
			}
		}
	}
	return ring, nil
}

// clip cuts a ring at the window's edges (Sutherland and Hodgman, 1974).
func clip(ring []Point) []Point {
	edges := []struct {
		inside func(Point) bool
		cut    func(a, b Point) Point
	}{
		{func(p Point) bool { return p.X >= west }, func(a, b Point) Point { return atX(a, b, west) }},
		{func(p Point) bool { return p.X <= east }, func(a, b Point) Point { return atX(a, b, east) }},
		{func(p Point) bool { return p.Y >= south }, func(a, b Point) Point { return atY(a, b, south) }},
		{func(p Point) bool { return p.Y <= north }, func(a, b Point) Point { return atY(a, b, north) }},
	}
	for _, e := range edges {
		var kept []Point
		for i, p := range ring {
			before := ring[(i+len(ring)-1)%len(ring)]
			if e.inside(p) != e.inside(before) {
				kept = append(kept, e.cut(before, p))
			}
			if e.inside(p) {
				kept = append(kept, p)
			}
		}
		ring = kept
	}
	return ring
}

func atX(a, b Point, x float64) Point {
	return Point{x, a.Y + (b.Y-a.Y)*(x-a.X)/(b.X-a.X)}
}

func atY(a, b Point, y float64) Point {
	return Point{a.X + (b.X-a.X)*(y-a.Y)/(b.Y-a.Y), y}
}

// simplify leaves out points that lie within the tolerance of the line without
// them (Douglas and Peucker, 1973), between the ring's first point and the one
// farthest from it.
func simplify(ring []Point, tolerance float64) []Point {
	if len(ring) < 4 {
		return ring
	}
	far, most := 0, -1.0
	for i, p := range ring {
		if d := math.Hypot(p.X-ring[0].X, p.Y-ring[0].Y); d > most {
			far, most = i, d
		}
	}
	closed := append(append([]Point{}, ring[far:]...), ring[0])
	return append(thin(ring[:far+1], tolerance), thin(closed, tolerance)[1:]...)
}

func thin(line []Point, tolerance float64) []Point {
	if len(line) < 3 {
		return append([]Point{}, line...)
	}
	a, b := line[0], line[len(line)-1]
	far, most := 0, -1.0
	for i := 1; i < len(line)-1; i++ {
		if d := distance(line[i], a, b); d > most {
			far, most = i, d
		}
	}
	if most <= tolerance {
		return []Point{a, b}
	}
	return append(thin(line[:far+1], tolerance), thin(line[far:], tolerance)[1:]...)
}

// distance of p from the line through a and b, or from a where they are one.
func distance(p, a, b Point) float64 {
	length := math.Hypot(b.X-a.X, b.Y-a.Y)
	if length == 0 {
		return math.Hypot(p.X-a.X, p.Y-a.Y)
	}
	return math.Abs((b.X-a.X)*(a.Y-p.Y)-(a.X-p.X)*(b.Y-a.Y)) / length
}
