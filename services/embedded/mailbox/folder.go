package mailbox

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// ErrNotFound means that the folder holds no mail of that id.
var ErrNotFound = errors.New("no such mail")

// Folder reads the mails that a Mailbox has kept in Dir. It needs no server.
type Folder struct {
	Dir string
}

// Summary is what a list of mails shows.
type Summary struct {
	ID        string    // names the mail in this folder; later mails have greater ids
	Received  time.Time // when it was accepted; UTC
	MessageID string    // without angle brackets
	Subject   string    // decoded
	From      string    // of the header, decoded
	To        []string  // of the envelope
	Date      time.Time // of the header; zero where it is missing or not readable
	Bytes     int64     // of the whole file
}

// Mail is one mail as it was received, after the lines Return-Path,
// Delivered-To and Received that the server put on top.
type Mail struct {
	Summary
	Raw []byte
}

const (
	idLayout = "20060102T150405.000000000"
	suffix   = ".eml"
)

var idPattern = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}\.[0-9]{9}-[A-Z0-9]{8}$`)

// List gives up to limit mails, newest first, after skipping skip, and the
// number of all mails.
func (f Folder) List(skip, limit int) (mails []Summary, total int, err error) {
	entries, err := os.ReadDir(filepath.Join(f.Dir, "new"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, 0, fmt.Errorf("list mails: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), suffix); ok && idPattern.MatchString(id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	total = len(ids)
	ids = ids[min(max(skip, 0), total):]
	for _, id := range ids[:min(max(limit, 0), len(ids))] {
		m, err := f.Read(id)
		if errors.Is(err, ErrNotFound) {
			continue // removed since
		}
		if err != nil {
			return nil, 0, err
		}
		mails = append(mails, m.Summary)
	}
	return mails, total, nil
}

// Read gives one mail, or ErrNotFound.
func (f Folder) Read(id string) (Mail, error) {
	if !idPattern.MatchString(id) {
		return Mail{}, fmt.Errorf("read mail %q: %w", id, ErrNotFound)
	}
	raw, err := os.ReadFile(filepath.Join(f.Dir, "new", id+suffix))
	if errors.Is(err, fs.ErrNotExist) {
		return Mail{}, fmt.Errorf("read mail %q: %w", id, ErrNotFound)
	}
	if err != nil {
		return Mail{}, fmt.Errorf("read mail: %w", err)
	}
	return Mail{Summary: summarise(id, raw), Raw: raw}, nil
}

// summarise reads the header; a mail without a readable one still gets its
// id, time and size.
func summarise(id string, raw []byte) Summary {
	s := Summary{ID: id, Bytes: int64(len(raw))}
	s.Received, _ = time.Parse(idLayout, id[:len(idLayout)])
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return s
	}
	decode := func(text string) string {
		if plain, err := new(mime.WordDecoder).DecodeHeader(text); err == nil {
			return plain
		}
		return text
	}
	s.Subject = decode(msg.Header.Get("Subject"))
	s.From = decode(msg.Header.Get("From"))
	s.MessageID = strings.Trim(msg.Header.Get("Message-Id"), "<> ")
	s.To = msg.Header["Delivered-To"]
	if date, err := msg.Header.Date(); err == nil {
		s.Date = date.UTC()
	}
	return s
}

// keep writes a mail: under another name first, so that no reader sees half of
// it, and to the disk before it is acknowledged.
func (f Folder) keep(from string, to []string, body []byte, at time.Time) (id string, err error) {
	at = at.UTC()
	id = at.Format(idLayout) + "-" + rand.Text()[:8]
	var b bytes.Buffer
	fmt.Fprintf(&b, "Return-Path: <%s>\r\n", from)
	for _, recipient := range to {
		fmt.Fprintf(&b, "Delivered-To: %s\r\n", recipient)
	}
	fmt.Fprintf(&b, "Received: by localhost (kulkul mailbox); %s\r\n", at.Format(time.RFC1123Z))
	b.Write(body)
	temporary := filepath.Join(f.Dir, "tmp", id+suffix)
	if err := writeSynced(temporary, b.Bytes()); err != nil {
		return "", errors.Join(err, os.Remove(temporary))
	}
	if err := os.Rename(temporary, filepath.Join(f.Dir, "new", id+suffix)); err != nil {
		return "", err
	}
	return id, syncDir(filepath.Join(f.Dir, "new"))
}

func writeSynced(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
