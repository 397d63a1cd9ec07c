package date

// zoneOf knows time zones by their abbreviation, in lower case: seconds east of
// UTC. Where several share one, RFC 822's American meaning stands first, then
// Asia's.
func zoneOf(w string) (int, bool) {
	const hour, half = 3600, 1800
	switch w {
	case "z", "ut", "utc", "gmt", "wet", "uct", "zulu":
		return 0, true
	case "bst", "cet", "met", "west", "wat", "mez":
		return hour, true
	case "cest", "mest", "eet", "sast", "cat", "mesz", "n":
		if w == "n" {
			return hour, true
		}
		return 2 * hour, true
	case "eest", "msk", "eat", "trt":
		return 3 * hour, true
	case "irst":
		return 3*hour + half, true
	case "gst", "msd", "azt":
		return 4 * hour, true
	case "aft":
		return 4*hour + half, true
	case "pkt", "uzt", "yekt":
		return 5 * hour, true
	case "ist", "slst":
		return 5*hour + half, true
	case "npt":
		return 5*hour + 2700, true
	case "bdt", "btt", "omst":
		return 6 * hour, true
	case "mmt":
		return 6*hour + half, true
	case "ict", "wib", "krat", "hovt":
		return 7 * hour, true
	case "sgt", "myt", "hkt", "pht", "pst8", "wita", "awst", "irkt", "ulat", "bnt":
		return 8 * hour, true
	case "jst", "kst", "wit", "tlt", "yakt":
		return 9 * hour, true
	case "acst":
		return 9*hour + half, true
	case "aest", "pgt", "vlat", "chst":
		return 10 * hour, true
	case "acdt":
		return 10*hour + half, true
	case "aedt", "sbt", "vut", "magt", "nct":
		return 11 * hour, true
	case "nzst", "fjt", "pett", "y":
		return 12 * hour, true
	case "nzdt":
		return 13 * hour, true
	}
	return american(w)
}

// american knows the zones RFC 822 names, and their neighbours.
func american(w string) (int, bool) {
	const hour = -3600
	switch w {
	case "a":
		return hour, true
	case "ndt":
		return 2*hour - 1800, true
	case "nst":
		return 3*hour - 1800, true
	case "adt", "brt", "art":
		return 3 * hour, true
	case "ast", "at", "edt":
		return 4 * hour, true
	case "est", "et", "cdt":
		return 5 * hour, true
	case "cst", "ct", "mdt":
		return 6 * hour, true
	case "mst", "mt", "pdt":
		return 7 * hour, true
	case "pst", "pt", "akdt":
		return 8 * hour, true
	case "akst":
		return 9 * hour, true
	case "hst":
		return 10 * hour, true
	case "m":
		return 12 * hour, true
	}
	return 0, false
}
