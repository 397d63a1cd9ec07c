package date

import (
	"fmt"
	"testing"
	"time"
)

// months holds the year in the languages feeds come in, January first.
var months = map[string][12]string{
	"English":    {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	"short":      {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	"French":     {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
	"German":     {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
	"Dutch":      {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
	"Spanish":    {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
	"Portuguese": {"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"},
	"Italian":    {"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
	"Russian":    {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
	"Indonesian": {"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"},
	"Malay":      {"Januari", "Februari", "Mac", "April", "Mei", "Jun", "Julai", "Ogos", "September", "Oktober", "November", "Disember"},
	"Filipino":   {"Enero", "Pebrero", "Marso", "Abril", "Mayo", "Hunyo", "Hulyo", "Agosto", "Setyembre", "Oktubre", "Nobyembre", "Disyembre"},
	"Thai":       {"มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน", "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"},
	"short Thai": {"ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."},
	"Khmer":      {"មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា", "កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ"},
}

func TestMonths(t *testing.T) {
	for language, names := range months {
		for i, name := range names {
			want := time.Date(2026, time.Month(i+1), 9, 13, 14, 0, 0, time.UTC)
			for _, layout := range []string{"9 %s 2026 13:14", "9 %s 2026, 1:14 pm", "%s 9, 2026 13:14"} {
				s := fmt.Sprintf(layout, name)
				if got, day, ok := Parse(s); !ok || day || !got.Equal(want) {
					t.Errorf("%s: Parse(%q) = %v %v, want %v", language, s, got, ok, want)
				}
			}
		}
	}
}

func TestZones(t *testing.T) {
	for zone, hours := range map[string]float64{
		"UT": 0, "GMT": 0, "Z": 0, "UTC": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
		"ADT": -3, "AST": -4, "HST": -10, "BST": 1, "CET": 1, "CEST": 2, "MSK": 3, "IST": 5.5, "PKT": 5, "NPT": 5.75, "MMT": 6.5,
		"ICT": 7, "WIB": 7, "WITA": 8, "SGT": 8, "MYT": 8, "PHT": 8, "HKT": 8, "WIT": 9, "JST": 9, "KST": 9, "ACST": 9.5, "AEST": 10,
		"AEDT": 11, "SBT": 11, "NZST": 12, "NZDT": 13, "+0700": 7, "+07": 7, "-07:30": -7.5, "+1": 1, "GMT+7": 7, "UTC-0330": -3.5,
		"A": -1, "N": 1, "M": -12, "Y": 12, "MET": 1, "MEST": 2, "XYZ": 0, "": 0,
	} {
		s := "Mon, 02 Feb 2026 12:00:00 " + zone
		want := time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC).Add(-time.Duration(hours * float64(time.Hour)))
		if got, _, ok := Parse(s); !ok || !got.Equal(want) {
			t.Errorf("Parse(%q) = %v %v, want %v", s, got, ok, want)
		}
	}
}

func TestWeekdays(t *testing.T) {
	for _, name := range []string{"Mon", "monday", "lun.", "lundi", "Montag", "Mo", "Senin", "Isnin", "lunes", "Пн", "วันจันทร์", "Δευ"} {
		for _, sep := range []string{", ", " ", ","} {
			s := name + sep + "02 Feb 2026 15:04:05 +0700"
			if got, _, ok := Parse(s); !ok || !got.Equal(time.Date(2026, 2, 2, 8, 4, 5, 0, time.UTC)) {
				t.Errorf("Parse(%q) = %v %v", s, got, ok)
			}
		}
	}
}

// TestCalendar reads every day of eleven years in three spellings.
func TestCalendar(t *testing.T) {
	for d := time.Date(2019, 12, 28, 0, 0, 0, 0, time.UTC); d.Year() < 2031; d = d.AddDate(0, 0, 1) {
		for _, layout := range []string{"2006-01-02", "02 Jan 2006", "2.1.2006", "20060102", "Jan 2, 2006", "2006年1月2日"} {
			s := d.Format(layout)
			if got, day, ok := Parse(s); !ok || !day || !got.Equal(d) {
				t.Fatalf("Parse(%q) = %v %v %v, want %v", s, got, day, ok, d)
			}
		}
	}
}
