package date

import "strings"

// monthOf knows the months' names, in lower case, 1 to 12, in English, French,
// German, Dutch, Spanish, Portuguese, Italian, Russian, Greek, Hungarian,
// Indonesian, Malay, Filipino, Thai and Khmer, whole or short. 0: no month.
func monthOf(w string) int {
	switch w {
	case "jan", "january", "janvier", "janv", "januar", "jänner", "januari", "enero", "ene", "janeiro", "gennaio", "gen",
		"января", "январь", "янв", "ιαν", "ιανουαρίου", "január", "มกราคม", "ม.ค", "មករា":
		return 1
	case "feb", "february", "février", "févr", "fév", "fevrier", "februar", "februari", "febrero", "fevereiro", "fev", "febbraio",
		"pebrero", "peb", "февраля", "февраль", "фев", "φεβ", "φεβρουαρίου", "február", "februári", "กุมภาพันธ์", "ก.พ", "កុម្ភៈ":
		return 2
	case "mar", "march", "mars", "märz", "maart", "mrt", "marzo", "março", "marco", "maret", "mac", "marso", "mär", "mrz",
		"марта", "март", "мар", "μάώ", "μαώ", "μαρ", "μαρτίου", "március", "มีนาคม", "มี.ค", "មីនា":
		return 3
	case "apr", "april", "avril", "avr", "abril", "abr", "aprile", "апреля", "апрель", "апр", "απρ", "απριλίου", "április",
		"เมษายน", "เม.ย", "មេសា":
		return 4
	case "may", "mai", "mei", "mayo", "maio", "maggio", "mag", "мая", "май", "μάι", "μαϊ", "μαι", "μαΐου", "május",
		"พฤษภาคม", "พ.ค", "ឧសភា":
		return 5
	case "jun", "june", "juin", "juni", "junio", "junho", "giugno", "giu", "hunyo", "июня", "июнь", "июн", "ιούν", "ιον", "ιουνίου",
		"június", "มิถุนายน", "มิ.ย", "មិថុនា":
		return 6
	case "jul", "july", "juillet", "juil", "juli", "julio", "julho", "luglio", "lug", "julai", "hulyo", "июля", "июль", "июл", "ιούλ",
		"ιολ", "ιουλίου", "július", "กรกฎาคม", "ก.ค", "កក្កដា":
		return 7
	case "aug", "august", "août", "aout", "augustus", "agosto", "ago", "agustus", "agu", "agt", "ogos", "августа", "август", "авг",
		"αύγ", "αυγ", "αυγούστου", "augusztus", "สิงหาคม", "ส.ค", "សីហា":
		return 8
	case "sep", "sept", "september", "septembre", "septiembre", "setembro", "set", "settembre", "setyembre", "сентября", "сентябрь",
		"сен", "сент", "σεπ", "σεπτεμβρίου", "szeptember", "กันยายน", "ก.ย", "កញ្ញា":
		return 9
	case "oct", "october", "octobre", "oktober", "okt", "octubre", "outubro", "out", "ottobre", "ott", "oktubre", "октября", "октябрь",
		"окт", "οκτ", "οκτωβρίου", "október", "ตุลาคม", "ต.ค", "តុលា":
		return 10
	case "nov", "november", "novembre", "noviembre", "novembro", "nopember", "nop", "nobyembre", "ноября", "ноябрь", "ноя", "νοέ",
		"νοε", "νοεμβρίου", "พฤศจิกายน", "พ.ย", "វិច្ឆិកា":
		return 11
	case "dec", "december", "décembre", "déc", "decembre", "dezember", "dez", "diciembre", "dic", "dezembro", "dicembre", "desember",
		"des", "disember", "dis", "disyembre", "декабря", "декабрь", "дек", "δεκ", "δεκεμβρίου", "ธันวาคม", "ธ.ค", "ធ្នូ":
		return 12
	}
	if len(w) > 3 && w[0] < 0x80 && !strings.HasPrefix(w, "mon") && !strings.HasPrefix(w, "mart") {
		return misspelt(w)
	}
	return 0
}

// misspelt takes an English month by its first three letters ("septmber").
func misspelt(w string) int {
	const short = "janfebmaraprmayjunjulaugsepoctnovdec"
	if i := strings.Index(short, w[:3]); i >= 0 && i%3 == 0 && len(w) <= 10 {
		return i/3 + 1
	}
	return 0
}

// halfOf knows the halves of the day: 1 before noon, 2 after, 0 neither.
func halfOf(w string) int {
	switch w {
	case "am", "a.m", "오전", "上午", "午前":
		return 1
	case "pm", "p.m", "오후", "下午", "午後":
		return 2
	}
	return 0
}

// ignored knows the words that may stand in a date and say nothing about it.
func ignored(w string) bool {
	switch w {
	case "t", "z", "at", "on", "of", "de", "del", "st", "nd", "rd", "th", "le", "den", "um", "uhr", "pukul", "jam", "วันที่", "น", "เวลา",
		"พ.ศ", "ngày", "tháng", "năm", "lúc", "년", "일", "월", "시", "분", "초", "日", "時", "时", "分", "秒", "hrs", "tanggal", "etc":
		return true
	}
	return len(w) >= 2 && weekday(w)
}

// weekday reports whether a word is, or starts like, a day's name in English,
// French, German, Spanish, Indonesian, Russian or Thai.
func weekday(w string) bool {
	for _, p := range []string{
		"mon", "tue", "wed", "thu", "fri", "sat", "sun", "lun", "mar", "mer", "jeu", "ven", "sam", "dim", "mo", "di", "mi", "do",
		"fr", "sa", "so", "mié", "jue", "vie", "sáb", "dom", "sen", "sel", "rab", "kam", "jum", "min", "ahad", "isnin", "khamis",
		"пн", "вт", "ср", "чт", "пт", "сб", "вс", "วัน", "จันทร์", "อังคาร", "พุธ", "พฤหัส", "ศุกร์", "เสาร์", "อาทิตย์",
		"δευ", "τρι", "τετ", "πεμ", "παρ", "σαβ", "κυρ",
	} {
		if strings.HasPrefix(w, p) {
			return true
		}
	}
	return false
}
