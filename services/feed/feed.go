package feed

import (
	"errors"
	"time"
)

// Parse fails with one of these, wrapped, when a body is no feed at all.
var (
	ErrEmpty   = errors.New("empty body")
	ErrNotFeed = errors.New("not a feed")
	ErrTooBig  = errors.New("body too large")
)

// The limits that stand where Options leaves them 0.
const (
	DefaultMaxBytes = 32 << 20 // of the body as given and of its UTF-8 form
	DefaultMaxItems = 5000
	DefaultMaxDepth = 256 // nested elements, or nested JSON values
)

// Options say where a body came from and how much of it to take.
type Options struct {
	URL         string // address of the document: the base of relative links
	ContentType string // the HTTP header, for its charset; empty where unknown
	MaxBytes    int    // 0: DefaultMaxBytes; a longer body is ErrTooBig
	MaxItems    int    // 0: DefaultMaxItems; entries beyond are dropped with a Problem
	MaxDepth    int    // 0: DefaultMaxDepth; what is nested deeper is dropped with a Problem
	MaxText     int    // longest text or HTML of one entry in bytes; 0: kulkul.MaxText
	// Shared is Document.Shared of the feed's documents before: what it once used
	// for several things is no identity alone, whatever this document holds.
	Shared []string
}

// Document is a feed as read.
type Document struct {
	Feed  Info
	Items []Entry // one per entry of the document, in its order; nothing is merged
	// Problems lists what was mended, dropped or doubtful; an empty list means
	// a clean document.
	Problems []Problem
	// Shared lists, as hashes, the guids and links that identify several things
	// of the feed, Options.Shared included; at most maxShared.
	Shared []string
}

// Format names of Info.
const (
	FormatRSS  = "rss"
	FormatRDF  = "rdf" // RSS 0.90 and 1.0
	FormatAtom = "atom"
	FormatJSON = "json"
	FormatCDF  = "cdf"
)

// Info is what a feed says of itself.
type Info struct {
	Title       string // plain text
	Description string // plain text
	Link        string // the site's address, absolute where it can be
	Format      string // FormatRSS, FormatRDF, FormatAtom, FormatJSON or FormatCDF
	Version     string // as the document gives it: "2.0", "1.0", "0.3"; may be empty
	Charset     string // the charset the body was decoded from, lower case
	Language    string // BCP 47, or ""
	Self        string // the feed's own address, as it says
	Hub         string // its first WebSub hub
	Next        string // address of the next page, where it is paged
	Updated     time.Time
	// TTL is how long the feed asks to be left alone, and UpdateEvery how often
	// it says it changes (syndication module); 0 where it does not say.
	TTL         time.Duration
	UpdateEvery time.Duration
	// SkipHours (0–23, UTC) and SkipDays are when it asks not to be read.
	SkipHours []int
	SkipDays  []time.Weekday
	// Complete marks a feed that says it will never change again.
	Complete bool
}

// Entry is one published thing.
type Entry struct {
	GUID string // as published; may be empty or repeated
	// Link is absolute where it can be, and otherwise as published; Canonical
	// gives the form that identifies it.
	Link    string
	Title   string // plain text
	Summary string // plain text
	// Text is the whole content as plain text, and HTML the same sanitised: an
	// allow-list of elements and attributes, links absolute. Where the feed
	// carries no content apart from the summary both are made from it.
	Text string
	HTML string
	// Truncated marks a Text or HTML that was cut to Options.MaxText.
	Truncated  bool
	Authors    []string // names, or addresses where there is no name
	Categories []string
	// Published is when it was published, UTC, to the second, or the update
	// time where only that is given; zero where neither is. PublishedDay marks
	// a date without a time of day.
	//
	// A feed may give a time that nobody can mean, such as the zero of some
	// program's clock in the year 1. It stays here and draws a Problem; Item
	// leaves it out.
	Published    time.Time
	PublishedDay bool
	Updated      time.Time // zero where the feed does not say
	Language     string    // BCP 47; the feed's where the entry has none; may be ""
	Places       []Place
	// Line is the line of the document on which the entry starts, from 1; 0
	// where unknown (JSON).
	Line int
	// key is what identifies the entry within its source; set by Parse.
	key string
	// hasPublished and hasUpdated tell the zero of time from no time.
	hasPublished, hasUpdated bool
}

// Place is somewhere an entry says it is about (GeoRSS, W3C geo, ICBM).
type Place struct {
	Name     string
	Lat, Lon float64 // degrees, WGS 84; a line's or an area's middle
	Located  bool    // Lat and Lon are given
}

// Problem is one thing wrong with a document.
type Problem struct {
	Index  int    `json:"index"` // of the entry, from 0; -1: the feed itself
	Field  string `json:"field,omitempty"`
	Where  string `json:"where,omitempty"` // "line 12" where known
	Reason string `json:"reason"`          // in words
	Code   string `json:"code"`            // one of the Code constants
}

// Codes of problems: short, stable, fit for a metric's label.
const (
	CodeCharset   = "charset"   // not the charset it declares, or undecodable bytes
	CodeMalformed = "malformed" // mended mark-up
	CodeTruncated = "truncated" // the document or a text stops short
	CodeLimit     = "limit"     // beyond a limit; dropped
	CodeDate      = "date"      // unreadable date
	CodeLink      = "link"      // missing or unusable link
	CodeGUID      = "guid"      // missing or repeated guid
	CodeEmpty     = "empty"     // an entry with neither title nor text
	CodeField     = "field"     // a field that is missing or of the wrong type
)
