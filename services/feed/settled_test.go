package feed

// judgement says who is right where the peer and the product disagree.
type judgement struct{ right, why string }

const (
	noJSON = "the peer (6.0) does not read JSON Feed"
	marked = "the title's escaped `<blink>` is text, and stays; the comparison takes it for a tag"
	create = "the creation date is all there is, and stands for the publication; the peer keeps it apart"
)

// settled holds a judgement for every disagreement, by document and field.
var settled = map[string]judgement{
	"feeds-open/feed-rs_feed-rs__feed-rs_fixture_jsonfeed_jsonfeed_example_1.json count":   {"ours", noJSON},
	"feeds-open/feed-rs_feed-rs__feed-rs_fixture_jsonfeed_jsonfeed_spec_1.json count":      {"ours", noJSON},
	"feeds-open/rubycocos_feedparser__feeds_misc_inessential.json count":                   {"ours", noJSON},
	"feeds-open/Ranchero-Software_RSParser__Tests_RSParserTests_Resources_3960.json count": {"ours", noJSON},
	"feeds-open/feed-rs_feed-rs__feed-rs_fixture_rss2_rss_2.0_ilmessaggero.xml date": {"ours",
		"an Italian weekday; the peer reads no date"},
	"feeds-open/rometools_rome__rome-modules_src_test_resources_xml_sunnyvale.xml date": {"ours",
		"“8:56 am PST”: the peer takes “am” for the zone and so UTC"},
	"feeds-open/Ranchero-Software_RSParser__Tests_RSParserTests_Resources_kc0011.rss.xml date": {"ours",
		"“2020/1/10 14:33:00”: the peer reads 1 November"},
	"feedparser-open/illformed/chardet/eucjp.xml title": {"ours",
		"EUC-JP without saying so; the peer, without its optional detector, takes it for Windows-1252"},
	"feedparser-open/wellformed/atom/entry_created_multiple_values.xml date": {"ours", create},
	"feedparser-open/wellformed/rss/item_dcterms_created.xml date":           {"ours", create},
	"feedparser-open/wellformed/atom/entry_title_base64_2.xml title":         {"both", marked},
	"feedparser-open/wellformed/atom/entry_title_inline_markup_2.xml title":  {"both", marked},
	"feedparser-open/wellformed/node_precedence/atom10_id.xml link": {"ours",
		"an id that is no address; the peer offers it as the link"},
	"feedparser-open/wellformed/rss/item_category_image.xml title": {"ours",
		"the title belongs to a picture inside a category, not to the entry"},
	"feedparser-open/wellformed/sanitize/entry_title_crazy.xml title": {"ours",
		"a whole page of scripts for a title; the peer keeps the scripts' text"},
}
