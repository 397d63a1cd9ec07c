package charset

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sample bounds how much of a body is looked at.
const sample = 64 << 10

// sniff names the legacy charset that a body most looks like. Each candidate
// decodes a sample and is scored by how much of what is not ASCII it reads as
// ordinary letters of the script it is for, in the habits of that script; what
// it cannot read, or reads as rarities, counts against it. Windows-1252 reads
// nearly anything and wins where nothing else is convincing.
func sniff(body []byte) string {
	body = body[:min(len(body), sample)]
	best, top := "windows-1252", 0.5
	for _, c := range candidates() {
		enc, name := lookup(c.label)
		out, err := enc.NewDecoder().Bytes(body)
		if err != nil {
			continue
		}
		if s := c.score(out); s > top {
			best, top = name, s
		}
	}
	return best
}

// candidate is a charset and the habits of the script it is for.
type candidate struct {
	label string
	score func(text []byte) float64
}

// candidates come in the order in which they win ties: the stricter first.
func candidates() []candidate {
	return []candidate{
		{"euc-jp", script(japanese)},
		{"shift_jis", script(japanese)},
		{"euc-kr", script(korean)},
		{"gb18030", script(chinese)},
		{"big5", script(chinese)},
		{"windows-874", script(thai)},
		{"windows-1251", script(cyrillic)},
		{"koi8-r", script(cyrillic)},
		{"windows-1255", script(hebrew)},
		{"windows-1256", script(arabic)},
		{"windows-1253", script(greek)},
		{"windows-1258", script(vietnamese)},
		{"windows-1250", script(central)},
	}
}

// script scores a text as the mean worth of its characters beyond ASCII.
func script(worth func(before, c rune) float64) func([]byte) float64 {
	return func(text []byte) float64 {
		sum, n := 0.0, 0
		before := ' '
		for len(text) > 0 {
			c, size := utf8.DecodeRune(text)
			text = text[size:]
			if c >= utf8.RuneSelf {
				n++
				switch {
				case c == utf8.RuneError, c < 0xA0:
					sum -= 3
				case unicode.Is(unicode.Co, c):
					sum -= 2
				default:
					sum += worth(before, c)
				}
			}
			before = c
		}
		if n == 0 {
			return 0
		}
		return sum / float64(n)
	}
}

func japanese(_, c rune) float64 {
	switch {
	case c >= 0x3041 && c <= 0x30FF:
		return 1
	case c >= 0x4E00 && c <= 0x9FFF, c >= 0x3000 && c <= 0x3003, c >= 0xFF01 && c <= 0xFF5E:
		return 0.7
	case c >= 0xFF61 && c <= 0xFF9F: // half-width kana: any two bytes make some
		return -0.5
	}
	return 0
}

// korean gives full worth to the syllables that make up half of any text: the
// codes of the others are within reach of any pair of bytes.
func korean(_, c rune) float64 {
	const common = "이다는의가고에을하지로은한를기도대서자사리시나인어으정아들해수일부있보라그전게상제회국장과원주성공것만여구소면경스조비안실관장합통미방동니었했적과중선신무계말"
	switch {
	case strings.ContainsRune(common, c):
		return 1
	case c >= 0xAC00 && c <= 0xD7A3:
		return 0.5
	case c >= 0x3000 && c <= 0x3003:
		return 0.7
	case c >= 0x4E00 && c <= 0x9FFF:
		return 0.2
	}
	return 0
}

// chinese gives full worth to the few dozen characters that make up a third of
// any running text, in both spellings.
func chinese(_, c rune) float64 {
	switch c {
	case '的', '一', '是', '在', '不', '了', '有', '和', '人', '这', '這', '中', '大', '为', '為', '上', '个', '個', '国', '國', '我',
		'以', '要', '他', '时', '時', '来', '來', '用', '们', '們', '生', '到', '作', '地', '于', '於', '出', '就', '分', '对', '對',
		'成', '会', '會', '可', '主', '发', '發', '年', '动', '動', '同', '工', '也', '能', '下', '过', '過', '子', '说', '說', '产', '產',
		'种', '種', '面', '而', '方', '后', '後', '多', '定', '行', '学', '學', '法', '所', '民', '得', '经', '經', '十', '三', '之', '进',
		'進', '着', '著', '等', '部', '度', '家', '电', '電', '力', '里', '如', '水', '化', '高', '自', '二', '理', '起', '小', '物', '现',
		'現', '实', '實', '加', '量', '都', '两', '兩', '体', '體', '制', '机', '機', '当', '當', '使', '点', '點', '从', '從', '业', '業',
		'本', '去', '把', '性', '好', '应', '應', '开', '開', '它', '合', '还', '還', '因', '由', '其', '些', '然', '前', '外', '天', '政',
		'四', '日', '那', '社', '义', '義', '事', '平', '形', '相', '全', '表', '间', '間', '样', '樣', '与', '與', '关', '關', '各', '重',
		'新', '线', '線', '内', '內', '数', '數', '正', '心', '反', '你', '明', '看', '原', '又', '么', '麼', '利', '比', '或', '但', '质',
		'質', '气', '氣', '第', '向', '道', '命', '此', '变', '變', '条', '條', '只', '没', '沒', '结', '結', '解', '问', '問', '意', '建',
		'月', '公', '无', '無', '系', '军', '軍', '很', '情', '者', '最', '立', '代', '想', '已', '通', '并', '提', '直', '题', '題', '党',
		'黨', '程', '展', '五', '果', '料', '象', '员', '員', '革', '位', '入', '常', '文', '总', '總', '次', '品', '式', '活', '设', '設',
		'及', '管', '特', '件', '长', '長', '求', '老', '头', '頭', '基', '资', '資', '边', '邊', '流', '路', '级', '級', '少', '图', '圖',
		'山', '统', '統', '接', '知', '较', '較', '将', '將', '组', '組', '见', '見', '计', '計', '别', '別', '她', '手', '角', '期', '根',
		'论', '論', '运', '運', '农', '農', '指', '几', '幾', '九', '区', '區', '强', '強', '放', '决', '決', '西', '被', '干', '做', '必',
		'战', '戰', '先', '回', '则', '則', '任', '取', '据', '據', '处', '處', '队', '隊', '南', '给', '給', '色', '光', '门', '門', '即',
		'保', '治', '北', '造', '百', '规', '規', '热', '熱', '领', '領', '七', '海', '口', '东', '東', '导', '導', '器', '压', '壓', '志',
		'世', '金', '增', '争', '爭', '济', '濟', '阶', '階', '油', '思', '术', '術', '极', '極', '交', '受', '联', '聯', '认', '認', '，', '。':
		return 1
	}
	if c >= 0x4E00 && c <= 0x9FFF {
		return 0.45
	}
	return 0
}

// thai wants vowel and tone marks behind consonants, as writing puts them, and
// the letters that are common.
func thai(before, c rune) float64 {
	const common = "านรอกเงมยลวดทสตปบคหแจพชใไโขะ"
	consonant := func(r rune) bool { return r >= 0x0E01 && r <= 0x0E2E }
	upper := func(r rune) bool { return r == 0x0E31 || r >= 0x0E34 && r <= 0x0E39 }
	switch {
	case upper(c) && consonant(before):
		return 1.2
	case c >= 0x0E47 && c <= 0x0E4E && (consonant(before) || upper(before)):
		return 1.2
	case upper(c), c >= 0x0E47 && c <= 0x0E4E, c == 0x0E33 && !consonant(before) && before < 0x0E47,
		c == 0x0E03, c == 0x0E05, c == 0x0E3A, c >= 0x0E5A:
		return -1.5
	case strings.ContainsRune(common, c):
		return 1
	case c >= 0x0E50 && c <= 0x0E59 && before >= 0x0E01 && before < 0x0E50:
		return -0.5 // a digit inside a word
	case c >= 0x0E01 && c <= 0x0E59:
		return 0.5
	}
	return -0.5
}

// cased scores an alphabet with capitals: within words letters are small, and
// the order of the two cases tells two charsets of one script apart.
func cased(is func(rune) bool, before, c rune) float64 {
	switch {
	case !is(c):
		return 0
	case unicode.IsUpper(c) && unicode.IsLower(before):
		return -1
	case unicode.IsUpper(c):
		return 0.6
	case is(before) || !unicode.IsLetter(before):
		return 1
	}
	return 0 // next to a letter of another alphabet
}

// Letters of one alphabet read as another's keep their places, so single-byte
// charsets differ in which letters are common: those named here are two thirds
// of any running text.
const (
	commonCyrillic = "оеаинтсрвлк"
	commonHebrew   = "יוהאלמרבתנש"
	commonArabic   = "اليمنوترعبة"
	commonGreek    = "αοιετσνηυρπκ"
)

// weigh lowers the worth of a letter that is not among the common ones.
func weigh(worth float64, common string, c rune) float64 {
	if worth > 0 && !strings.ContainsRune(common, unicode.ToLower(c)) {
		return worth * 0.6
	}
	return worth
}

func cyrillic(before, c rune) float64 {
	is := func(r rune) bool { return r >= 0x0410 && r <= 0x044F || r == 0x0401 || r == 0x0451 }
	return weigh(cased(is, before, c), commonCyrillic, c)
}

func greek(before, c rune) float64 {
	return weigh(cased(func(r rune) bool { return r >= 0x0386 && r <= 0x03CE }, before, c), commonGreek, c)
}

func hebrew(before, c rune) float64 {
	if c >= 0x05D0 && c <= 0x05EA && !latin(before) {
		return weigh(1, commonHebrew, c)
	}
	return -0.2
}

func arabic(before, c rune) float64 {
	if c >= 0x0621 && c <= 0x06D2 && !latin(before) {
		return weigh(1, commonArabic, c)
	}
	return -0.2
}

// vietnamese counts the letters that Western Europe does not have.
func vietnamese(before, c rune) float64 {
	switch c {
	case 'ơ', 'ư', 'đ', 'ă', 'Ơ', 'Ư', 'Đ', 'Ă', 0x0300, 0x0301, 0x0303, 0x0309, 0x0323:
		if latin(before) || before >= utf8.RuneSelf || before == ' ' {
			return 1
		}
	case 'â', 'ê', 'ô', 'Â', 'Ê', 'Ô', 'à', 'á', 'é', 'í', 'ó', 'ú', 'ý', 'è', 'ù':
		return 0.4
	}
	return -0.3
}

// central counts the letters of Central Europe that Western Europe does not
// have.
func central(_, c rune) float64 {
	switch c {
	case 'ą', 'ć', 'ę', 'ł', 'ń', 'ś', 'ź', 'ż', 'č', 'ď', 'ě', 'ň', 'ř', 'š', 'ť', 'ů', 'ž', 'ő', 'ű', 'ă', 'ș', 'ț', 'đ',
		'Ł', 'Ś', 'Ż', 'Č', 'Ř', 'Š', 'Ž', 'Ő', 'Ű':
		return 1
	case 'á', 'é', 'í', 'ó', 'ú', 'ý', 'ö', 'ü':
		return 0.55
	}
	return -0.3
}

func latin(c rune) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
