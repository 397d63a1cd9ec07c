// Package mailbox reads mail that a local mail server keeps in a folder, one
// .eml file each, below new/.
//
// In: a folder. Out: mails, newest first, and their parts as text and pictures.
// Called by the outbox pages, which only administrators reach.
package mailbox

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// ErrNotFound is returned where the folder holds no such mail or part.
var ErrNotFound = errors.New("no such mail")

// Box is a folder of mails.
type Box struct{ dir string }

// Open gives the box of a folder; nil where the name is empty. The folder may
// come to be later.
func Open(dir string) *Box {
	if dir == "" {
		return nil
	}
	return &Box{dir: filepath.Join(dir, "new")}
}

// Summary is a mail in a list.
type Summary struct {
	ID      string // the file's name without .eml; later mails have greater ids
	Subject string
	From    string
	To      string
	At      time.Time // of the header; the file's time where that is not readable
}

// Mail is a mail taken apart.
type Mail struct {
	Summary
	Header   string // as received
	Text     string
	HTML     string
	Pictures []Picture
}

// Picture is an inline or attached picture.
type Picture struct {
	Number int // its place among the mail's pictures
	Name   string
	Type   string // image/png, image/jpeg or image/gif
	Data   []byte
}

// Longest mail that is read, and how deep parts may nest.
const (
	maxMail  = 12 << 20
	maxDepth = 6
)

var idPattern = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,120}$`)

// List gives up to limit mails, newest first.
func (b *Box) List(limit int) ([]Summary, error) {
	entries, err := os.ReadDir(b.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	var names []string
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".eml"); ok && idPattern.MatchString(id) {
			names = append(names, id)
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	list := make([]Summary, 0, min(limit, len(names)))
	for _, id := range names[:min(limit, len(names))] {
		m, err := b.Read(id)
		if errors.Is(err, ErrNotFound) {
			continue // taken away meanwhile
		}
		if err != nil {
			m = Mail{Summary: Summary{ID: id, Subject: "unreadable mail"}}
		}
		list = append(list, m.Summary)
	}
	return list, nil
}

// Read takes one mail apart.
func (b *Box) Read(id string) (Mail, error) {
	if !idPattern.MatchString(id) {
		return Mail{}, fmt.Errorf("mail %q: %w", id, ErrNotFound)
	}
	file, err := os.Open(filepath.Join(b.dir, id+".eml"))
	if errors.Is(err, fs.ErrNotExist) {
		return Mail{}, fmt.Errorf("mail %q: %w", id, ErrNotFound)
	}
	if err != nil {
		return Mail{}, fmt.Errorf("open mail: %w", err)
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, maxMail))
	if err != nil {
		return Mail{}, fmt.Errorf("read mail %s: %w", id, err)
	}
	info, err := file.Stat()
	if err != nil {
		return Mail{}, fmt.Errorf("read mail %s: %w", id, err)
	}
	return parse(id, raw, info.ModTime().UTC())
}

func parse(id string, raw []byte, written time.Time) (Mail, error) {
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, fmt.Errorf("read mail %s: %w", id, err)
	}
	words := mime.WordDecoder{}
	field := func(name string) string {
		value := message.Header.Get(name)
		if decoded, err := words.DecodeHeader(value); err == nil {
			return decoded
		}
		return value
	}
	m := Mail{Summary: Summary{ID: id, Subject: field("Subject"), From: field("From"), To: field("To"), At: written}}
	if at, err := message.Header.Date(); err == nil {
		m.At = at.UTC()
	}
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	m.Header = string(head)
	part := partOf{message.Header.Get("Content-Type"), message.Header.Get("Content-Transfer-Encoding"), "", message.Body}
	if err := m.take(part, maxDepth); err != nil {
		return m, fmt.Errorf("read mail %s: %w", id, err)
	}
	return m, nil
}

// partOf is one MIME part.
type partOf struct {
	contentType, encoding, name string
	body                        io.Reader
}

// take adds a part, and the parts in it, to the mail.
func (m *Mail) take(p partOf, depth int) error {
	kind, params, err := mime.ParseMediaType(p.contentType)
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") && depth > 0 {
		reader := multipart.NewReader(p.body, params["boundary"])
		for {
			next, err := reader.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("read part: %w", err)
			}
			inner := partOf{next.Header.Get("Content-Type"), next.Header.Get("Content-Transfer-Encoding"), next.FileName(), next}
			if err := m.take(inner, depth-1); err != nil {
				return err
			}
		}
	}
	body, err := io.ReadAll(decoded(p.body, p.encoding))
	if err != nil {
		return fmt.Errorf("decode %s part: %w", kind, err)
	}
	switch {
	case kind == "text/plain" && m.Text == "":
		m.Text = string(body)
	case kind == "text/html" && m.HTML == "":
		m.HTML = string(body)
	case kind == "image/png" || kind == "image/jpeg" || kind == "image/gif":
		m.Pictures = append(m.Pictures, Picture{Number: len(m.Pictures), Name: p.name, Type: kind, Data: body})
	}
	return nil
}

func decoded(r io.Reader, encoding string) io.Reader {
	switch strings.ToLower(encoding) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	}
	return r
}
