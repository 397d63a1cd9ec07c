package charset

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Sentences invented for the test, long enough to be told apart.
const (
	thaiText       = "เรือประมงสองลำชนกันใกล้เกาะ ไม่มีผู้ได้รับบาดเจ็บ เจ้าหน้าที่กล่าวว่าจะสอบสวนเรื่องนี้ต่อไป"
	chineseText    = "两国外长在会谈中同意继续就海上问题进行对话，并说这是为了地区的和平与发展。"
	traditional    = "兩國外長在會談中同意繼續就海上問題進行對話，並說這是為了地區的和平與發展。"
	japaneseText   = "両国の外相は会談で、海上の問題について対話を続けることに合意したと発表しました。"
	koreanText     = "두 나라 외교 장관은 회담에서 해상 문제에 대한 대화를 계속하기로 합의했다고 밝혔다."
	russianText    = "Министры иностранных дел двух стран договорились продолжить переговоры о мореплавании."
	greekText      = "Οι υπουργοί εξωτερικών συμφώνησαν να συνεχίσουν τις συνομιλίες για τη ναυσιπλοΐα."
	hebrewText     = "שרי החוץ של שתי המדינות הסכימו להמשיך בשיחות על השיט במיצרים ועל הדיג"
	arabicText     = "اتفق وزيرا خارجية البلدين على مواصلة المحادثات حول الملاحة في المضيق"
	frenchText     = "Les ministres ont décidé de poursuivre le dialogue à Genève; l’accord a été signé à l’été."
	vietnameseText = "Hai bô trưởng đô`ng ý tiê´p tuc đô´i thoai vê` vâ´n đê` trên biê'n"
)

func encode(t testing.TB, label, text string) []byte {
	t.Helper()
	var enc encoding.Encoding
	switch label {
	case "utf-16le":
		enc = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case "utf-16be":
		enc = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case "utf-32le":
		enc = utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	case "utf-32be":
		enc = utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	default:
		enc, _ = lookup(label)
	}
	if enc == nil {
		t.Fatalf("no encoding %s", label)
	}
	b, err := enc.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", label, err)
	}
	return b
}

// legacy pairs charsets with a text each can write.
var legacy = []struct{ label, name, text string }{
	{"windows-874", "windows-874", thaiText},
	{"tis-620", "windows-874", thaiText},
	{"gb2312", "gb18030", chineseText},
	{"gbk", "gb18030", chineseText},
	{"gb18030", "gb18030", chineseText + traditional},
	{"big5", "big5", traditional},
	{"shift_jis", "shift_jis", japaneseText},
	{"euc-jp", "euc-jp", japaneseText},
	{"iso-2022-jp", "iso-2022-jp", japaneseText},
	{"euc-kr", "euc-kr", koreanText},
	{"ks_c_5601-1987", "euc-kr", koreanText},
	{"windows-1251", "windows-1251", russianText},
	{"koi8-r", "koi8-r", russianText},
	{"koi8-u", "koi8-u", russianText},
	{"iso-8859-5", "iso-8859-5", russianText},
	{"windows-1253", "windows-1253", greekText},
	{"windows-1255", "windows-1255", hebrewText},
	{"windows-1256", "windows-1256", arabicText},
	{"windows-1252", "windows-1252", frenchText},
	{"iso-8859-1", "windows-1252", "Les ministres ont décidé"},
	{"us-ascii", "windows-1252", "Les ministres ont décidé"},
	{"iso-8859-15", "iso-8859-15", "Le prix en € a été fixé"},
	{"windows-1258", "windows-1258", "đ ơ ư ă"},
}

func TestDeclared(t *testing.T) {
	for _, c := range legacy {
		body := encode(t, c.label, `<rss><title>`+c.text+`</title></rss>`)
		header := Decode(body, `application/xml; charset="`+strings.ToUpper(c.label)+`"`)
		prolog := Decode(append([]byte(`<?xml version="1.0" encoding='`+c.label+`'?>`), body...), "")
		page := Decode(append([]byte(`<html><meta charset=`+c.label+`>`), body...), "text/html")
		for where, r := range map[string]Result{"header": header, "prolog": prolog, "page": page} {
			if !strings.Contains(r.Text, c.text) || r.Charset != c.name || r.Replaced || r.Declared != "" {
				t.Errorf("%s in the %s: %+v", c.label, where, r)
			}
		}
	}
}

func TestSniffed(t *testing.T) {
	for _, c := range []struct{ label, text string }{
		{"windows-874", thaiText}, {"gb18030", chineseText}, {"big5", traditional}, {"shift_jis", japaneseText},
		{"euc-jp", japaneseText}, {"euc-kr", koreanText}, {"windows-1251", russianText}, {"koi8-r", russianText},
		{"windows-1253", greekText}, {"windows-1255", hebrewText}, {"windows-1256", arabicText}, {"windows-1252", frenchText},
		{"windows-1250", "Ministři zahraničí se dohodli, že budou pokračovat v jednání o plavbě úžinou."},
	} {
		body := encode(t, c.label, `<rss><channel><title>Tide Desk</title><description>`+c.text+`</description>`)
		r := Decode(body, "")
		if r.Charset != c.label || !strings.Contains(r.Text, c.text) {
			t.Errorf("%s taken for %s: %s", c.label, r.Charset, r.Text)
		}
		if r := Decode(body, "text/xml; charset=utf-8"); r.Charset != c.label || r.Declared != "utf-8" {
			t.Errorf("%s declared as UTF-8 taken for %s, declared %q", c.label, r.Charset, r.Declared)
		}
	}
}

func TestMarks(t *testing.T) {
	const doc = `<?xml version="1.0" encoding="utf-16"?><rss><title>Naïve ไทย</title></rss>`
	for label, mark := range map[string]string{"utf-8": "\xEF\xBB\xBF", "utf-16le": "\xFF\xFE", "utf-16be": "\xFE\xFF",
		"utf-32le": "\xFF\xFE\x00\x00", "utf-32be": "\x00\x00\xFE\xFF"} {
		body := encode(t, label, doc)
		for _, b := range [][]byte{append([]byte(mark), body...), body} {
			if r := Decode(b, ""); r.Text != doc || r.Charset != label {
				t.Errorf("%s: %+v", label, r)
			}
		}
	}
	ebcdic := encode(t, "ibm037", `<?xml version="1.0"?><rss/>`)
	if r := Decode(ebcdic, ""); r.Charset != "ibm037" || !strings.HasSuffix(r.Text, "<rss/>") {
		t.Errorf("EBCDIC: %+v", r)
	}
}

func TestOddities(t *testing.T) {
	cp1252 := encode(t, "windows-1252", "<a>“déjà vu” – €5</a>")
	for _, c := range []struct {
		name        string
		body        []byte
		contentType string
		text        string
		charset     string
		declared    string
		replaced    bool
	}{
		{"UTF-8 sent as Latin-1", []byte("<a>ไทย</a>"), "text/xml; charset=iso-8859-1", "<a>ไทย</a>", "utf-8", "iso-8859-1", false},
		{"UTF-8 with a Latin-1 prolog", []byte("<?xml version='1.0' encoding='ISO-8859-1'?>é…"), "", "<?xml version='1.0' encoding='ISO-8859-1'?>é…", "utf-8", "iso-8859-1", false},
		{"Windows-1252 sent as Latin-1", cp1252, "text/xml; charset=iso-8859-1", "<a>“déjà vu” – €5</a>", "windows-1252", "", false},
		{"Windows-1252 sent as UTF-8", cp1252, "text/xml; charset=utf-8", "<a>“déjà vu” – €5</a>", "windows-1252", "utf-8", false},
		{"unknown label", []byte("<a>é</a>"), "text/xml; charset=klingon", "<a>é</a>", "utf-8", "klingon", false},
		{"unknown label, ASCII", []byte("<a>e</a>"), "text/xml; charset=klingon", "<a>e</a>", "utf-8", "klingon", false},
		{"UTF-8 with a broken byte", []byte(strings.Repeat("ไทย ", 40) + "\xE0\xB8"), "", strings.Repeat("ไทย ", 40) + "\uFFFD", "utf-8", "", true},
		{"C1 controls in UTF-8", []byte("it\u0092s"), "", "it’s", "utf-8", "", false},
		{"declared as UTF-16, is not", []byte("<?xml version='1.0' encoding='utf-16'?><a/>"), "", "<?xml version='1.0' encoding='utf-16'?><a/>", "utf-8", "utf-16", false},
		{"quotes in the header", []byte("\xE9"), "text/xml; charset='iso-8859-1'", "é", "windows-1252", "", false},
		{"space around the equals sign", []byte("\xE9"), "text/xml;charset = iso-8859-1", "é", "windows-1252", "", false},
		{"header before prolog", encode(t, "koi8-r", "<?xml version='1.0' encoding='windows-1251'?>мир"), "text/xml; charset=koi8-r", "<?xml version='1.0' encoding='windows-1251'?>мир", "koi8-r", "", false},
		{"mark before another charset", append([]byte("\xEF\xBB\xBF"), encode(t, "windows-1251", russianText)...), "", "п»ї" + russianText, "windows-1251", "", false},
		{"nothing", nil, "", "", "utf-8", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Decode(c.body, c.contentType)
			if r.Text != c.text || r.Charset != c.charset || r.Declared != c.declared || r.Replaced != c.replaced {
				t.Errorf("got %+v", r)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range legacy {
		f.Add(encode(f, c.label, c.text), "text/xml; charset="+c.label)
		f.Add(encode(f, c.label, "<?xml encoding='"+c.label+"'?>"+c.text), "")
	}
	f.Add([]byte("\xFF\xFE<\x00a\x00>\xD8"), "")
	f.Add([]byte("\x00\x00\x00<\x00"), "")
	f.Add([]byte(vietnameseText), "charset")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		r := Decode(body, contentType)
		if !utf8.ValidString(r.Text) || r.Charset == "" || strings.HasPrefix(r.Text, "\uFEFF\uFEFF") {
			t.Errorf("got %q in %q", r.Text, r.Charset)
		}
		if len(r.Text) > 4*len(body)+4 {
			t.Errorf("%d bytes became %d", len(body), len(r.Text))
		}
	})
}
