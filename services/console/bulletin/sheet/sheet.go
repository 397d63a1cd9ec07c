// Package sheet draws a bulletin as a PDF.
//
// In: a bulletin, the names of flashpoints, fonts. Out: a PDF, the same bytes
// for the same bulletin. Called by the console's root.
package sheet

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"github.com/rivo/uniseg"
	"golang.org/x/image/font/sfnt"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Fonts are TrueType fonts. Text is drawn in Regular or Bold; what these lack,
// in Thai or Han.
type Fonts struct{ Regular, Bold, Thai, Han []byte }

// Press draws bulletins. Safe for concurrent use.
type Press struct{ regular, bold []face }

// face is one font, under the name that the document knows it by.
type face struct {
	name string
	raw  []byte
	font *sfnt.Font
}

// New readies a press; it fails where a font is missing or cannot be read.
func New(f Fonts) (*Press, error) {
	var faces []face
	for _, one := range []face{{name: "regular", raw: f.Regular}, {name: "bold", raw: f.Bold}, {name: "thai", raw: f.Thai}, {name: "han", raw: f.Han}} {
		font, err := sfnt.Parse(one.raw)
		if err != nil {
			return nil, fmt.Errorf("read font %s: %w", one.name, err)
		}
		one.font = font
		faces = append(faces, one)
	}
	others := faces[2:]
	return &Press{regular: append([]face{faces[0]}, others...), bold: append([]face{faces[1]}, others...)}, nil
}

// Sizes in points, other lengths in millimetres.
const (
	titleSize, headSize, nameSize, textSize, smallSize = 18, 13, 11.5, 10.5, 8.5

	margin = 20
	// leading is the height of a line for one point of its letters.
	leading = 0.5
)

// unknown stands for letters that no font of the press has.
const unknown = "[…]"

const foot = "Statements are those of the sources named; levels come from counts of reporting, confirmed by people."

// Draw gives the bulletin as a PDF of A4 pages. after is the edition that took
// its place, nil where none did; name gives a flashpoint's name.
func (p *Press) Draw(b kulkul.Bulletin, after *kulkul.Bulletin, name func(flashpoint string) string) ([]byte, error) {
	d := p.open(b)
	d.write(p.bold, titleSize, b.Title)
	d.write(p.regular, smallSize, about(b))
	if c := b.Correction; c != nil {
		d.write(p.bold, textSize, fmt.Sprintf("Corrected edition %d. It takes the place of %s. Reason: %s", b.Number(), c.Of, c.Reason))
	}
	if after != nil && after.Published() {
		d.write(p.bold, textSize, fmt.Sprintf("Corrected since: %s, published %s UTC, takes the place of this edition. Reason: %s", after.ID,
			after.PublishedAt.UTC().Format("2006-01-02 15:04"), after.Correction.Reason))
	}
	d.gap(3)
	if b.Lead != "" {
		d.write(p.regular, textSize, b.Lead)
		d.gap(2)
	}
	for _, section := range kulkul.Sections() {
		if section != kulkul.LeftOut {
			d.section(p, b, section, name)
		}
	}
	d.gap(4)
	d.write(p.regular, smallSize, foot)
	if d.lacking {
		d.write(p.regular, smallSize, unknown+" stands for words in a script that this sheet has no letters for; the bulletin's page in the console shows them.")
	}
	var out bytes.Buffer
	if err := d.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("draw bulletin %s: %w", b.ID, err)
	}
	return out.Bytes(), nil
}

// about is the line below the title.
func about(b kulkul.Bulletin) string {
	parts := []string{fmt.Sprintf("%s to %s", b.From, b.To), "for: " + string(b.Handling)}
	if b.Published() {
		parts = append(parts, fmt.Sprintf("published by %s, %s UTC", b.PublishedBy, b.PublishedAt.UTC().Format("2006-01-02 15:04")))
	} else {
		parts = append(parts, "draft")
	}
	return strings.Join(parts, "  ·  ")
}

// document is a sheet being drawn.
type document struct {
	pdf     *fpdf.Fpdf
	known   map[string]bool // fonts that the document holds
	buffer  sfnt.Buffer
	lacking bool // a letter was not known
}

// open begins the document. Its instants are the bulletin's, so that it is the
// same whenever it is drawn.
func (p *Press) open(b kulkul.Bulletin) *document {
	at := b.EditedAt
	if b.Published() {
		at = b.PublishedAt
	}
	d := &document{pdf: fpdf.New("P", "mm", "A4", ""), known: map[string]bool{}}
	d.pdf.SetCreationDate(at.UTC())
	d.pdf.SetModificationDate(at.UTC())
	d.pdf.SetCatalogSort(true)
	d.pdf.SetTitle(b.Title, true)
	d.pdf.SetMargins(margin, margin, margin)
	d.pdf.SetAutoPageBreak(true, margin)
	d.pdf.SetCellMargin(0)
	d.pdf.SetFooterFunc(func() {
		d.pdf.SetY(-margin / 2)
		d.use(p.regular[0], smallSize)
		d.pdf.CellFormat(0, 4, b.ID+"  ·  "+strconv.Itoa(d.pdf.PageNo()), "", 0, "R", false, 0, "")
	})
	d.pdf.AddPage()
	return d
}

func (d *document) section(p *Press, b kulkul.Bulletin, section kulkul.Section, name func(string) string) {
	first := true
	for _, e := range b.Entries {
		if e.Section != section {
			continue
		}
		if first {
			d.gap(3)
			s := string(section)
			d.write(p.bold, headSize, strings.ToUpper(s[:1])+s[1:])
			first = false
		}
		d.gap(1.5)
		d.write(p.bold, nameSize, name(e.Flashpoint))
		d.write(p.regular, smallSize, signs(e))
		if e.Text != "" {
			d.write(p.regular, textSize, e.Text)
		}
	}
}

// signs is the line below a flashpoint's name.
func signs(e kulkul.BulletinEntry) string {
	parts := []string{fmt.Sprintf("level %s, before %s", e.After, e.Before)}
	if e.Risk {
		parts = append(parts, "conflict risk alert")
	}
	if e.Opportunity {
		parts = append(parts, "resolution opportunity")
	}
	return strings.Join(parts, "  ·  ")
}

func (d *document) gap(height float64) { d.pdf.Ln(height) }

// write sets a paragraph and ends its line. Lines break as Unicode has it (UAX
// 14), and within what is wider than a line, such as a sentence in Thai, between
// any two letters with their marks.
func (d *document) write(faces []face, size float64, text string) {
	left, _, right, _ := d.pdf.GetMargins()
	page, _ := d.pdf.GetPageSize()
	text = strings.TrimRight(strings.ReplaceAll(text, "\r", ""), "\n ")
	state := -1
	for len(text) > 0 {
		var segment string
		var must bool
		segment, text, must, state = uniseg.FirstLineSegmentInString(text, state)
		wide := d.width(faces, size, strings.TrimRight(segment, " \n"))
		if d.pdf.GetX()+wide > page-right && d.pdf.GetX() > left {
			d.pdf.Ln(size * leading)
		}
		if wide <= page-left-right {
			d.put(faces, size, strings.TrimRight(segment, "\n"))
		} else {
			for letters := uniseg.NewGraphemes(segment); letters.Next(); {
				if d.pdf.GetX()+d.width(faces, size, letters.Str()) > page-right {
					d.pdf.Ln(size * leading)
				}
				d.put(faces, size, letters.Str())
			}
		}
		if must && text != "" {
			d.pdf.Ln(size * leading)
		}
	}
	d.pdf.Ln(size * leading)
}

// put sets text on the line, each run of letters in the first font that has
// them.
func (d *document) put(faces []face, size float64, text string) {
	for len(text) > 0 {
		f, run, rest := d.run(faces, text)
		d.use(f, size)
		d.pdf.CellFormat(d.pdf.GetStringWidth(run), size*leading, run, "", 0, "L", false, 0, "")
		text = rest
	}
}

// width is how wide put sets a text.
func (d *document) width(faces []face, size float64, text string) float64 {
	var wide float64
	for len(text) > 0 {
		f, run, rest := d.run(faces, text)
		d.use(f, size)
		wide += d.pdf.GetStringWidth(run)
		text = rest
	}
	return wide
}

// run cuts off the longest beginning of a text that one font can set. What no
// font has becomes one mark.
func (d *document) run(faces []face, text string) (face, string, string) {
	at := -1
	for i, r := range text {
		own := d.face(faces, r)
		if at == -1 && own < 0 {
			d.lacking = true
			rest := strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsMark(r) || d.face(faces, r) < 0 })
			return faces[0], unknown, rest
		}
		if i == 0 {
			at = own
		} else if own != at && !(own >= 0 && unicode.IsSpace(r)) {
			return faces[at], text[:i], text[i:]
		}
	}
	return faces[at], text, ""
}

// face is the index of the first font that has a letter; -1: none has.
func (d *document) face(faces []face, r rune) int {
	if r > 0xFFFF || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
		return -1 // the library draws the basic plane alone
	}
	for i, f := range faces {
		if g, err := f.font.GlyphIndex(&d.buffer, r); err == nil && g != 0 {
			return i
		}
	}
	return -1
}

// use sets the font; the document takes in those alone that are used.
func (d *document) use(f face, size float64) {
	if !d.known[f.name] {
		d.pdf.AddUTF8FontFromBytes(f.name, "", f.raw)
		d.known[f.name] = true
	}
	d.pdf.SetFont(f.name, "", size)
}
