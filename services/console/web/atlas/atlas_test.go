package atlas

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// A square of one degree, a lake in it, and an island outside the window: arcs
// shared backwards, as TopoJSON has them.
const square = `{"type":"Topology","transform":{"scale":[1,1],"translate":[100,0]},
"arcs":[[[0,0],[10,0],[0,10]],[[10,10],[-10,0],[0,-10]],[[2,2],[0,4],[4,0],[0,-4],[-4,0]],[[-150,0],[3,0],[0,3],[-3,-3]]],
"objects":{"land":{"type":"GeometryCollection","geometries":[{"type":"MultiPolygon","arcs":[[[0,1],[2]],[[3]]]}]}}}`

func TestLand(t *testing.T) {
	path, err := Land([]byte(square))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(path, "M"); got != 2 {
		t.Errorf("%d rings in %q, want the square and its lake", got, path)
	}
	if strings.ContainsAny(path, "Ne+") {
		t.Errorf("path %q has a number no renderer reads", path)
	}
}

func TestLandFaults(t *testing.T) {
	for name, raw := range map[string]string{
		"no JSON":     `{`,
		"no land":     `{"objects":{"countries":{}}}`,
		"other shape": `{"objects":{"land":{"geometries":[{"type":"Point"}]}}}`,
		"no such arc": `{"objects":{"land":{"geometries":[{"type":"MultiPolygon","arcs":[[[7]]]}]}}}`,
	} {
		if _, err := Land([]byte(raw)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestProjectCorners(t *testing.T) {
	for _, c := range []struct{ lon, lat, x, y float64 }{
		{west, north, 0, 0}, {east, south, Width, Height}, {west, south, 0, Height},
	} {
		p := Project(c.lon, c.lat)
		if math.Abs(p.X-c.x) > 1 || math.Abs(p.Y-c.y) > 1 {
			t.Errorf("%v east %v north lies at %v, want %v, %v", c.lon, c.lat, p, c.x, c.y)
		}
	}
}

func TestClipKeepsTheWindow(t *testing.T) {
	ring := clip([]Point{{0, -80}, {180, -80}, {180, 80}, {0, 80}, {0, -80}})
	for _, p := range ring {
		if p.X < west || p.X > east || p.Y < south || p.Y > north {
			t.Errorf("%v lies outside the window", p)
		}
	}
	if got, want := math.Abs(area(ring)), (east-west)*(north-south); math.Abs(got-want) > 1e-6 {
		t.Errorf("area %v, want the whole window %v", got, want)
	}
}

func TestEveryFlashpointHasAPlace(t *testing.T) {
	var ids []string
	for _, p := range Places() {
		ids = append(ids, p.Flashpoint)
		at := Project(p.Lon, p.Lat)
		if at.X < 0 || at.X > Width || at.Y < 0 || at.Y > Height {
			t.Errorf("%s lies outside the map", p.Flashpoint)
		}
	}
	want := kulkul.Flashpoints()
	slices.Sort(ids)
	slices.Sort(want)
	if !slices.Equal(ids, want) {
		t.Errorf("places of %v, want %v", ids, want)
	}
}

// The real outline is small enough for a first page.
func TestRealLand(t *testing.T) {
	raw, err := os.ReadFile("../../assets/vendor/land.json")
	if err != nil {
		t.Skip("land outline absent: services/console/assets/build brings it")
	}
	path, err := Land(raw)
	if err != nil {
		t.Fatal(err)
	}
	if len(path) < 5_000 || len(path) > 60_000 {
		t.Errorf("outline of %d bytes, want 5 to 60 thousand", len(path))
	}
	t.Logf("outline: %d bytes, %d rings", len(path), strings.Count(path, "M"))
}
